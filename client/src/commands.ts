/** Registers commands so that every id has a handler, and a failure is told to the person who ran it. */
import * as vscode from 'vscode'
import { type CommandName, commands } from './contributions.ts'
import { showFailure } from './failures.ts'

/** Arguments come from menus, code lenses and other extensions: each handler checks its own. */
export type CommandHandler = (...args: readonly unknown[]) => unknown

/** Forgetting a command does not compile. */
export function registerCommands(handlers: Readonly<Record<CommandName, CommandHandler>>): vscode.Disposable {
  const registrations = (Object.keys(commands) as CommandName[]).map(name =>
    vscode.commands.registerCommand(commands[name], async (...args: unknown[]) => {
      try {
        return await handlers[name](...args)
      } catch (error) {
        await showFailure(error)
        return undefined
      }
    }),
  )
  return vscode.Disposable.from(...registrations)
}

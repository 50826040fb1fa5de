/** What a launch configuration starts, and why it cannot be started, in the reader's language. */
import * as vscode from 'vscode'
import { ClientError } from '../failures.ts'
import { isProblem, type LaunchPlan, type LaunchProblem, type LaunchRequest, planLaunch } from './launchPlan.ts'

/** @throws {ClientError} no Node that can run the file, or no such script. */
export async function plannedLaunch(request: LaunchRequest): Promise<LaunchPlan> {
  const plan = await planLaunch(request)
  if (isProblem(plan)) throw failureOf(plan)
  return plan
}

function failureOf(found: LaunchProblem): ClientError {
  switch (found.problem) {
    case 'noTypeScript':
      return new ClientError(
        vscode.l10n.t('No Node that runs TypeScript was found; tried {0}.', found.tried.join(', ')),
        vscode.l10n.t(
          'Install Node 24, or add tsx to the project, or set "runtimeExecutable" of the launch configuration, or "program" to the compiled JavaScript.',
        ),
      )
    case 'noPackage':
      return new ClientError(
        vscode.l10n.t('There is no package.json in {0} or above it.', found.cwd),
        vscode.l10n.t('Set "cwd" of the launch configuration to the folder of the package whose script is meant.'),
      )
    case 'noScript':
      return new ClientError(
        vscode.l10n.t('package.json has no script "{0}"; it has: {1}.', found.script, found.scripts.join(', ') || '–'),
        vscode.l10n.t('Set "script" of the launch configuration to one of them.'),
      )
  }
}

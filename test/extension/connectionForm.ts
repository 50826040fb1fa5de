/** The form for clusters, as tests drive it. */
import * as vscode from 'vscode'
import { settings } from '../../client/src/contributions.ts'
import { page } from './driver.ts'

export const button = (text: string) => ({ selector: 'vscode-button', text, panel: true })
export const outcome = { selector: '.report .summary', panel: true }

export async function fill(label: string, value: string): Promise<void> {
  await page.fill({ selector: fieldOf(label), panel: true }, value)
}

export function textOf(label: string): Promise<unknown> {
  return page.value({ selector: fieldOf(label), panel: true })
}

function fieldOf(label: string): string {
  return `.field:has(> .caption:text-is("${label}")) input`
}

export async function choose(label: string, option: string): Promise<void> {
  await page.click({ selector: `vscode-dropdown[aria-label="${label}"]`, panel: true })
  await page.click({ selector: `vscode-dropdown[aria-label="${label}"] vscode-option`, text: option, panel: true })
}

interface Entry {
  readonly name: string
  readonly readOnly?: boolean
}

export function entries(): readonly Entry[] {
  return vscode.workspace.getConfiguration().get<Entry[]>(settings.clusters, [])
}

export async function writeEntries(value: readonly Entry[]): Promise<void> {
  if (JSON.stringify(entries()) === JSON.stringify(value)) return
  await vscode.workspace.getConfiguration().update(settings.clusters, value, vscode.ConfigurationTarget.Global)
}

/** Over a pipeline: its guarantee with the evidence. Over a topic's or group's name: who reads it here, and as what. */
import type { Hover, Position, Range } from 'vscode-languageserver-types'
import type { CheckedFile } from '../analysis/engine/check.ts'
import type { PipelineInfo } from '../protocol.ts'
import type { DocumentParams, Feature, FeatureContext } from './feature.ts'
import { guaranteeText, pipelineName } from './guarantees.ts'

interface HoverParams extends DocumentParams {
  readonly position: Position
}

export const hovers: Feature<HoverParams, Hover | null> = {
  method: 'textDocument/hover',
  capabilities: { hoverProvider: true },

  handle(context, { textDocument, position }) {
    const path = context.uris.pathOf(textDocument.uri)
    if (path === undefined) return null
    const checked = context.workspace.check(path)
    return nameHover(checked, position, context) ?? pipelineHover(checked, position, context)
  },
}

function pipelineHover({ pipelines }: CheckedFile, position: Position, context: FeatureContext): Hover | null {
  const pipeline = pipelines.find(({ range }) => holds(range, position))
  return pipeline ? { range: pipeline.range, contents: markdown(guaranteeLines(pipeline, context)) } : null
}

function guaranteeLines(pipeline: PipelineInfo, context: FeatureContext): string[] {
  const { declared, inferred, evidence } = pipeline
  return [
    `**${guaranteeText(inferred)}** · ${escaped(pipelineName(pipeline))}`,
    ...(declared !== undefined && declared !== inferred ? ['', `Declared: ${guaranteeText(declared)}.`] : []),
    ...(evidence.length > 0 ? ['', 'Because:', ''] : []),
    ...evidence.map(({ path, range, message }) => `- ${escaped(message)} ${link(path, range, context)}`),
  ]
}

/** The editor adds partitions and lag from the cluster it is connected to; this says what the code says. */
function nameHover(checked: CheckedFile, position: Position, { workspace }: FeatureContext): Hover | null {
  if (checked.pipelines.length === 0) return null
  const text = workspace.text(checked.path)?.split(/\r\n|\r|\n/, position.line + 1)[position.line] ?? ''
  for (const match of text.matchAll(/(['"`])((?:(?!\1)[^\\])*)\1/g)) {
    const name = match[2] ?? ''
    const start = match.index + 1
    if (position.character < start || position.character > start + name.length) continue
    const lines = nameLines(name, checked.pipelines)
    if (lines.length === 0) return null
    const { line } = position
    const range = { start: { line, character: start }, end: { line, character: start + name.length } }
    return { range, contents: markdown(lines) }
  }
  return null
}

function nameLines(name: string, pipelines: readonly PipelineInfo[]): string[] {
  const readers = pipelines.filter(({ topics }) => topics.includes(name))
  const members = pipelines.filter(({ groupId }) => groupId === name)
  return [
    ...(readers.length > 0 ? [`Topic **${escaped(name)}**`, '', ...readers.map(readerLine)] : []),
    ...(members.length > 0 ? [`Group **${escaped(name)}**`, '', ...members.map(readerLine)] : []),
  ]
}

function readerLine(pipeline: PipelineInfo): string {
  return `- ${escaped(pipelineName(pipeline))}: ${guaranteeText(pipeline.inferred)}`
}

function markdown(lines: readonly string[]): Hover['contents'] {
  return { kind: 'markdown', value: lines.join('\n') }
}

function link(path: string, { start }: Range, { uris }: FeatureContext): string {
  const name = path.split(/[\\/]/).at(-1) ?? path
  return `([${escaped(name)}:${start.line + 1}](${uris.uriOf(path)}#L${start.line + 1}))`
}

function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|]/g, '\\$&')
}

function holds({ start, end }: Range, { line, character }: Position): boolean {
  const isAfterStart = line > start.line || (line === start.line && character >= start.character)
  return isAfterStart && (line < end.line || (line === end.line && character <= end.character))
}

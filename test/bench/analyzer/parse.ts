/** The limit: only parsing the file that is open. Prints one line of JSON. */
import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { afterKeystrokes } from './keystroke.ts'
import { peakBytes } from './measured.ts'

const [, handler = '', helper = '', rounds = '20'] = process.argv.slice(2)
const parse = (path: string, text: string): number =>
  ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, false).statements.length

parse(handler, readFileSync(handler, 'utf8'))
process.stdout.write(`${JSON.stringify({ first: true })}\n`)

const keystrokes = (path: string): number[] => {
  const text = readFileSync(path, 'utf8')
  return Array.from({ length: Number(rounds) }, (_, round) => {
    const edited = afterKeystrokes(text, round + 1)
    const start = performance.now()
    parse(path, edited)
    return performance.now() - start
  })
}
const result = { inHandler: keystrokes(handler), inHelper: keystrokes(helper), peakBytes: peakBytes(process.pid) }
process.stdout.write(`${JSON.stringify(result)}\n`)

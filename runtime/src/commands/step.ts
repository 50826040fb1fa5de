/** `tidemark step FILE`: a pipeline stepped batch by batch in a terminal. The editor's batch panel, over SSH. */
import { createReadStream, existsSync } from 'node:fs'
import { basename, extname, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { systemClock } from '../clock.ts'
import { scratchGroupName } from '../control/scratchName.ts'
import { parse } from './arguments.ts'
import { type Command, exitCodes, type Terminal, UsageError } from './command.ts'
import { keysFrom } from './step/keys.ts'
import { commandHelp, readStep, type Step } from './step/language.ts'
import { StepSession } from './step/session.ts'

const options = {
  script: { type: 'string' },
  'use-real-group': { type: 'boolean' },
  scratch: { type: 'string' },
  'local-kafka': { type: 'string' },
} as const

export const step: Command = {
  summary: 'Step through the batches of a pipeline, replay them, and try faults',
  help: `tidemark step FILE [ARGUMENT...]   runs FILE, and stops before its first batch

  FILE                  a program on @tidemark/runtime, or on kafkajs alone; TypeScript through Node 22.18 or newer, or the project's tsx
  --script FILE         commands from a file, one a line; without a terminal they are read from standard input
  --scratch GROUP       name of the scratch group, which is kept then (made up, and deleted at the end)
  --use-real-group      moves the offsets of the pipeline's own group; without it a scratch group starts from a copy of them
  --local-kafka NAME    the cluster of 'tidemark kafka' that 'fault brokerRestart' restarts (default)

  TIDEMARK_READ_ONLY    in the environment: brokers (HOST:PORT[,…]) of clusters on which nothing may be changed; a pipeline that
                        uses one of them is refused before it has joined or committed anything

In a terminal: b batch  p phase  t partition  c continue  space pause  r records  o outputs  l replay  ? help  q quit  : a command
Commands:
${commandHelp}

Exit codes: 0 done, 1 the pipeline failed, 2 arguments not understood.
Example: printf 'records\\nfault killBetweenSaveAndCommit\\ncontinue\\nwait\\nquit\\n' | tidemark step totals.ts`,

  async run(args, terminal) {
    const { values, positionals } = parse(args, options)
    const [file, ...rest] = positionals
    if (file === undefined) throw new UsageError('step needs a FILE')
    const program = resolve(file)
    if (!existsSync(program)) throw new UsageError(`there is no file '${file}'`)
    const name = basename(program, extname(program))
    const session = new StepSession({
      program,
      arguments: rest,
      scratchGroup: values['use-real-group']
        ? undefined
        : (values.scratch ?? scratchGroupName(name, 'step', systemClock)),
      localKafka: values['local-kafka'] ?? 'default',
      terminal,
    })
    terminal.interrupted.addEventListener('abort', () => void session.quit())
    try {
      await session.start()
      const steps = values.script === undefined ? stepsFrom(terminal) : linesOf(createReadStream(values.script))
      for await (const next of steps) {
        if (session.isOver) break
        await session.run(next)
      }
    } finally {
      await session.quit()
    }
    return session.hasFailed ? exitCodes.failed : exitCodes.done
  },
}

function stepsFrom(terminal: Terminal): AsyncIterable<Step> {
  const { input } = terminal
  if (input === undefined) throw new UsageError('step needs a terminal, standard input or --script')
  return 'isTTY' in input && input.isTTY ? keysFrom(input) : linesOf(input)
}

async function* linesOf(input: Readable): AsyncIterable<Step> {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const next = readStep(line)
    if (next) yield next
  }
}

/** What a local Kafka is doing, a line a step; the English of sentences that an editor translates. */
import { fill } from '../errorTemplate.ts'

export const localKafkaSteps = {
  fetching: 'Fetching Kafka {version} through Maven (about 55 MB, once)',
  startingDocker: 'Starting Kafka in Docker',
  startingJava: 'Starting Kafka with Java ({java})',
  startingAgain: 'Starting the brokers again',
  startingAnew: "The state file named {pids}, which ended without 'down'; starting anew",
} as const

/** Tells a step by its name and facts. */
export type TellStep = (step: keyof typeof localKafkaSteps, facts?: Readonly<Record<string, string>>) => void

export interface StepListener {
  /** Told what is being done, a line a step. */
  readonly progress?: (text: string) => void
  /** Puts a sentence of `localKafkaSteps` into the language that `progress` is told in. @defaultValue English */
  readonly translate?: (english: string) => string
}

export function stepsTo({ progress, translate = english => english }: StepListener): TellStep {
  return (step, facts = {}) => progress?.(fill(translate(localKafkaSteps[step]), facts))
}

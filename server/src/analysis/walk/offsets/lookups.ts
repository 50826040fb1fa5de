/** Look-ups of an offset range by the index of a dataset's partition, and the operations that index has come through. */
import type { Expression } from '../../../facts/code.ts'
import { derive } from '../../../facts/libraries/types.ts'
import type { OffsetLookup, Operation, Place } from '../../../facts/model.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { CallMade, Frame, Value } from '../../values/frames.ts'
import { placeOf, sourceText } from '../places.ts'

const wide = new Set(['reduceByKey', 'groupByKey', 'repartition', 'coalesce', 'sortBy', 'distinct', 'join', 'union'])
const narrow = new Set(['map', 'filter', 'flatMap', 'mapPartitions'])

export function isWide(name: string): boolean {
  return wide.has(name)
}

/** `ranges[index]`, `ranges.at(index)`, `ranges.find(r => r.partition === index)`. */
export function lookupOf(
  evaluator: Evaluator,
  expression: Expression,
  frame: Frame,
  calls: readonly Place[],
): OffsetLookup | undefined {
  const parts = partsOf(expression)
  if (!parts) return undefined
  const ranges = evaluator.evaluate(parts.ranges, frame)
  if (ranges.kind !== 'external' || !/:Batch#\.offsetRanges$/.test(ranges.type)) return undefined
  const index = evaluator.evaluate(parts.index, frame)
  if (index.kind !== 'external' || !/:Partition#\.index$|\.partitions\[\]\.index$/.test(index.type)) return undefined
  const { module } = frame
  const whole = module.text.slice(parts.ranges.start, parts.ranges.end)
  return {
    at: placeOf(module, expression),
    indexText: sourceText(module, parts.index),
    lineage: lineageOf(evaluator, index),
    calls,
    fixes: [
      {
        title: 'Use all offset ranges of the batch',
        isSafe: false,
        edits: [{ at: placeOf(module, expression), newText: whole }],
      },
    ],
  }
}

function partsOf(expression: Expression): { ranges: Expression; index: Expression } | undefined {
  if (expression.kind === 'index') return { ranges: expression.of, index: expression.index }
  if (expression.kind !== 'call' || expression.callee.kind !== 'member') return undefined
  const [first] = expression.args
  if (expression.callee.name === 'at' && first) return { ranges: expression.callee.of, index: first }
  if (expression.callee.name !== 'find' || first?.kind !== 'function') return undefined
  const [body] = first.code.body
  const test = body?.kind === 'return' ? body.value : undefined
  if (test?.kind !== 'binary' || !test.operator.startsWith('==')) return undefined
  const index = test.left.kind === 'member' && test.left.name === 'partition' ? test.right : test.left
  return { ranges: expression.callee.of, index }
}

/** From the Kafka batch to the dataset whose partition is meant. */
function lineageOf(evaluator: Evaluator, index: Extract<Value, { kind: 'external' }>): Operation[] {
  const { call } = index
  if (!call) return []
  const isVisit =
    call.expression.callee.kind === 'member' && /^(?:foreachPartition|mapPartitions)$/.test(call.expression.callee.name)
  return isVisit ? operations(evaluator, call.receiver) : operationsOfCall(evaluator, call)
}

function operations(evaluator: Evaluator, dataset: Value | undefined): Operation[] {
  return dataset?.kind === 'external' && dataset.call ? operationsOfCall(evaluator, dataset.call) : []
}

function operationsOfCall(evaluator: Evaluator, call: CallMade): Operation[] {
  const { expression, frame, receiver } = call
  if (expression.callee.kind !== 'member') return []
  const { name } = expression.callee
  const before = operations(evaluator, receiver)
  if (!wide.has(name) && !narrow.has(name)) return before
  return [...before, { at: placeOf(frame.module, expression.nameAt), name, isWide: wide.has(name) }]
}

/** What a callback of a library call is given, by the callee's type. */
export function callbackArguments(callee: string, name: string): readonly string[] | undefined {
  if (!callee.startsWith('@tidemark/runtime:')) return undefined
  const runtime = '@tidemark/runtime:'
  if (callee === `${runtime}Processor#.foreachBatch`) return [`${runtime}Batch#`, `${runtime}Context#`]
  if (callee === `${runtime}Processor#.foreachPartition`) return [`${runtime}PartitionRecords#`, `${runtime}Context#`]
  if (name === 'foreachPartition' || name === 'mapPartitions')
    return [`${runtime}PartitionRecords#`, `${runtime}Partition#`]
  if (/^(?:map|filter|flatMap|forEach)$/.test(name)) return [derive(`${runtime}Batch#`, '[]')]
  return undefined
}

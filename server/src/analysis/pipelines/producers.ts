/** Producers with a transactional id, wherever a file makes them. */

import type { Module } from '../../facts/code.ts'
import type { TransactionalProducer } from '../../facts/model.ts'
import type { Evaluator } from '../values/evaluator.ts'
import { looseFrame } from '../values/frames.ts'
import { freshSource } from '../values/fresh.ts'
import { OptionReader, propertyOf, textOf } from '../values/options.ts'
import { Origins } from '../values/origins.ts'
import { placeOf } from '../walk/places.ts'

export function transactionalProducers(evaluator: Evaluator, module: Module): TransactionalProducer[] {
  const origins = new Origins(evaluator)
  return module.calls.flatMap(({ call, inside }): TransactionalProducer[] => {
    if (!/transactional/.test(module.text.slice(call.start, call.end)) || !call.args[0]) return []
    const frame = looseFrame(module, inside)
    const value = evaluator.evaluate(call, frame)
    if (value.kind !== 'external' || !/:(?:Rd)?Producer#$/.test(value.type) || value.by?.expression !== call) return []
    const config = evaluator.evaluate(call.args[0], frame)
    const id =
      propertyOf(evaluator, config, 'transactionalId') ??
      propertyOf(evaluator, config, 'transactional.id') ??
      propertyOf(evaluator, evaluator.member(config, 'kafkaJS', undefined), 'transactionalId')
    if (!id) return []
    const options = new OptionReader(evaluator, [config])
    const fresh = freshSource(origins, id.expression, id.frame)
    return [
      {
        at: placeOf(module, call),
        transactionalId: textOf(evaluator, id),
        fresh: fresh && { at: fresh.at, source: fresh.source },
        maxInFlight: options.number('maxInFlightRequests', 'kafkaJS/maxInFlightRequests', 'max.in.flight'),
      },
    ]
  })
}

/** NestJS: methods under `@EventPattern` and `@MessagePattern`. */
import type { ClassCode, Expression, FunctionCode, Module } from '../../../facts/code.ts'
import { type Frame, looseFrame, type Thunk, type Value } from '../../values/frames.ts'
import { noOptions, textOf } from '../../values/options.ts'
import { placeOf } from '../../walk/places.ts'
import type { Finder, FoundHandler, FoundPipeline } from '../pipelines.ts'

const library = '@nestjs/microservices'

export function nestPipelines(finder: Finder): FoundPipeline[] {
  const { module } = finder
  if (!module.imports.some(link => link.specifier === library) || isOtherTransport(module)) return []
  return module.classes.flatMap(code =>
    [...code.methods.values()].flatMap(method => pipelineOf(finder, code, method) ?? []),
  )
}

/** The same decorators serve RabbitMQ, NATS, Redis and TCP; their contexts and clients tell, and so do patterns that are objects. */
function isOtherTransport(module: Module): boolean {
  if (/\bKafka/.test(module.text)) return false
  return /\b(?:Rmq|Mqtt|Nats|Redis|Tcp)(?:Context|Options)\b|ClientRMQ|Transport\.(?:RMQ|MQTT|NATS|REDIS|TCP|GRPC)/.test(
    module.text,
  )
}

function pipelineOf(finder: Finder, code: ClassCode, method: FunctionCode): FoundPipeline | undefined {
  const { module, evaluator } = finder
  const frame = looseFrame(module, code.owner)
  for (const decorator of method.decorators) {
    const value = evaluator.evaluate(decorator, frame)
    const kind =
      value.kind === 'external'
        ? /^@nestjs\/microservices:(EventPattern|MessagePattern)\(\)$/.exec(value.type)?.[1]
        : undefined
    if (!kind || decorator.kind !== 'call') continue
    const [pattern] = decorator.args
    const named = pattern ? evaluator.evaluate(pattern, frame) : undefined
    if (named?.kind === 'object') continue
    return {
      at: placeOf(module, decorator),
      library,
      groupId: undefined,
      topics: pattern ? topics(finder, pattern, frame) : [],
      options: { ...noOptions, commitMode: 'after-handler' },
      declared: undefined,
      handlers: [handlerOf(finder, code, method, frame, kind === 'EventPattern')],
      stopsGracefully: true,
      isGroupReused: false,
    }
  }
  return undefined
}

function topics(finder: Finder, pattern: Expression, frame: Frame): FoundPipeline['topics'] {
  const value = finder.evaluator.evaluate(pattern, frame)
  if (value.kind !== 'array') return [textOf(finder.evaluator, { expression: pattern, frame })]
  return value.expression.items.map(item => textOf(finder.evaluator, { expression: item, frame: value.frame }))
}

function handlerOf(
  finder: Finder,
  code: ClassCode,
  method: FunctionCode,
  frame: Frame,
  isEvent: boolean,
): FoundHandler {
  const self: Value = { kind: 'instance', code, frame, args: undefined, by: undefined }
  const args = method.parameters.map((parameter, index): Thunk => {
    const decorated = parameter.decorators
      .map(one => finder.evaluator.evaluate(one, frame))
      .find(value => value.kind === 'external')
    const isContext = decorated?.kind === 'external' ? decorated.type === `${library}:Ctx()` : index === 1
    const type = isContext ? `${library}:KafkaContext#` : `${library}:Payload#`
    return { value: { kind: 'external', type, by: undefined, call: undefined } }
  })
  return {
    closure: { kind: 'closure', code: method, frame, self, by: undefined },
    args,
    role: isEvent ? 'message' : 'request-reply',
    isAwaited: true,
    at: placeOf(finder.module, method.head),
  }
}

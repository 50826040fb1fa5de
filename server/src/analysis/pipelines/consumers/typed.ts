/** Handlers known by the type of what they are given, where what calls them is out of sight: `handle(payload: EachMessagePayload)`. */
import type { FunctionCode } from '../../../facts/code.ts'
import type { HandlerRole, LibraryId } from '../../../facts/model.ts'
import { looseFrame, type Thunk, unknown, type Value } from '../../values/frames.ts'
import { noOptions } from '../../values/options.ts'
import { placeOf } from '../../walk/places.ts'
import type { Finder, FoundPipeline } from '../pipelines.ts'

const payloads =
  /^(kafkajs|@confluentinc\/kafka-javascript|node-rdkafka):(EachMessagePayload#|EachBatchPayload#|Batch#|Message#|RdMessage#)(\[\])?$/

export function typedPipelines(finder: Finder, entered: ReadonlySet<FunctionCode>): FoundPipeline[] {
  const { module } = finder
  if (!module.text.includes('afka')) return []
  return module.functions.flatMap((code): FoundPipeline[] => {
    if (entered.has(code) || !isTop(code)) return []
    const payloads = code.parameters.map((_, index) => payloadOf(finder, code, index))
    const found = payloads.find(payload => payload)
    if (!found) return []
    const frame = looseFrame(module, code)
    const closure: Extract<Value, { kind: 'closure' }> = {
      kind: 'closure',
      code,
      frame: frame.parent ?? frame,
      self: frame.self,
      by: undefined,
    }
    const at = placeOf(module, code.head)
    return [
      {
        at,
        library: found.library,
        groupId: undefined,
        topics: [],
        options: noOptions,
        declared: undefined,
        handlers: [
          {
            closure,
            args: payloads.some(payload => payload?.isWrapped) ? payloads.map(argumentOf) : [],
            role: found.role,
            isAwaited: true,
            isCalledOutOfSight: true,
            at,
          },
        ],
        stopsGracefully: undefined,
        isGroupReused: false,
      },
    ]
  })
}

/** Methods and functions of the file, not those inside others. */
function isTop(code: FunctionCode): boolean {
  return code.parent === undefined && code.name !== 'constructor'
}

function payloadOf(finder: Finder, code: FunctionCode, index: number): Payload | undefined {
  const value = finder.evaluator.typeValue(code.parameters[index]?.type, finder.module)
  const direct = roleOf(finder, value)
  if (direct || value.kind !== 'typed' || !value.type.members) return direct
  // An object of one's own that holds the messages of a batch, beside what resolves them.
  const members = [...value.type.members.entries()].map(([name, type]) => ({
    name,
    role: roleOf(finder, finder.evaluator.typeValue(type, value.module)),
  }))
  const resolves = members.some(({ name }) => name === 'resolveOffset' || name === 'heartbeat')
  const found = resolves ? members.find(({ role }) => role)?.role : undefined
  return found && { ...found, role: 'batch', isWrapped: true }
}

interface Payload {
  readonly library: LibraryId
  readonly role: HandlerRole
  /** An object of one's own around what the client gives. */
  readonly isWrapped?: boolean
}

function argumentOf(payload: Payload | undefined): Thunk {
  return {
    value: payload?.isWrapped
      ? { kind: 'external', type: `${payload.library}:EachBatchPayload#`, by: undefined, call: undefined }
      : unknown,
  }
}

function roleOf(finder: Finder, value: Value): Payload | undefined {
  const isList = value.kind === 'typed' && value.type.kind === 'array'
  const one = isList ? finder.evaluator.typeValue(value.type.args?.[0], value.module) : value
  const match = one.kind === 'external' ? payloads.exec(one.type) : null
  if (!match) return undefined
  const isBatch = isList || /Batch/.test(match[2] as string) || match[3] !== undefined
  return { library: match[1] as LibraryId, role: isBatch ? 'batch' : 'message' }
}

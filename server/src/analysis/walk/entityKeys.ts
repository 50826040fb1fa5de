/** Keys that an entity's class declares: `@PrimaryColumn()`, `@Column({ unique: true })`. */
import type { CallExpression, Expression } from '../../facts/code.ts'
import type { Evaluator } from '../values/evaluator.ts'
import { type ClassValue, type Frame, looseFrame } from '../values/frames.ts'

/** A column that no two rows share, by the class on which, or for whose repository, the call is made. */
export function isEntityKey(evaluator: Evaluator, call: CallExpression, frame: Frame, column: string): boolean {
  const entity = entityOf(evaluator, call, frame)
  const decorators = entity?.code.fields.get(column)?.decorators ?? []
  return decorators.some(decorator => entity && isUnique(evaluator, decorator, entity))
}

/** `Order.save(…)`, `database.getRepository(Order).save(…)`. */
function entityOf(evaluator: Evaluator, { callee }: CallExpression, frame: Frame): ClassValue | undefined {
  if (callee.kind !== 'member') return undefined
  const receiver = evaluator.evaluate(callee.of, frame)
  if (receiver.kind === 'class') return receiver
  const asked = receiver.kind === 'external' ? receiver.call : undefined
  const [first] = asked?.expression.args ?? []
  const named = asked && first ? evaluator.evaluate(first, asked.frame) : undefined
  return named?.kind === 'class' ? named : undefined
}

function isUnique(evaluator: Evaluator, decorator: Expression, entity: ClassValue): boolean {
  const value = evaluator.evaluate(decorator, looseFrame(entity.frame.module, entity.code.owner))
  if (value.kind !== 'external' || !value.call) return false
  if (value.type === 'typeorm:PrimaryColumn()') return true
  if (!/^typeorm:(?:Column|Index)\(\)$/.test(value.type)) return false
  const { expression, frame } = value.call
  return expression.args.some(arg => {
    const options = evaluator.evaluate(arg, frame)
    if (options.kind !== 'object') return false
    const unique = evaluator.member(options, 'unique', undefined)
    return unique.kind === 'constant' && unique.value === true
  })
}

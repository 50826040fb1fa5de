/** Who gets which partitions, and what members of other clients can read of it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { AssignerProtocol } from 'kafkajs'
import {
  assignors,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  type Subscriber,
} from '../../../runtime/src/clients/kafka-protocol/subscription.ts'

const topics = ['a', 'b', 'c']
const groups = fc
  .array(fc.record({ topics: fc.uniqueArray(fc.constantFrom(...topics)), isStatic: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  })
  .map(members =>
    members.map(
      ({ topics, isStatic }, index): Subscriber => ({
        memberId: `m${index}`,
        groupInstanceId: isStatic ? `s${index}` : null,
        topics,
      }),
    ),
  )
const counts = fc.record({ a: fc.nat(9), b: fc.nat(9), c: fc.nat(9) })

for (const { name, assign } of assignors) {
  describe(name, () => {
    test('gives every partition that somebody wants to exactly one member that wants it', () => {
      fc.assert(
        fc.property(groups, counts, (members, count) => {
          const numbers = (topic: string) =>
            Array.from({ length: count[topic as 'a'] ?? 0 }, (_, partition) => partition)
          const plan = assign(members, numbers)
          const given = [...plan].flatMap(([memberId, partitions]) => partitions.map(at => ({ memberId, ...at })))
          for (const { memberId, topic } of given)
            assert.ok(members.find(member => member.memberId === memberId)?.topics.includes(topic))
          const wanted = topics.filter(topic => members.some(member => member.topics.includes(topic)))
          assert.deepEqual(
            given.map(({ topic, partition }) => `${topic}/${partition}`).toSorted(),
            wanted.flatMap(topic => numbers(topic).map(partition => `${topic}/${partition}`)).toSorted(),
          )
          assert.deepEqual([...plan.keys()].toSorted(), members.map(({ memberId }) => memberId).toSorted())
        }),
      )
    })

    test('is even when all want the same', () => {
      const members = ['x', 'y', 'z'].map(memberId => ({ memberId, groupInstanceId: null, topics: ['a'] }))
      const sizes = [...assign(members, () => [0, 1, 2, 3, 4, 5, 6]).values()].map(({ length }) => length)
      assert.deepEqual(sizes.toSorted(), [2, 2, 3])
    })
  })
}

test('kafkajs reads what we tell the group, and we read what it tells', () => {
  const assignment = [
    { topic: 'a', partition: 2 },
    { topic: 'a', partition: 0 },
    { topic: 'b', partition: 1 },
  ]
  assert.deepEqual(
    { ...AssignerProtocol.MemberAssignment.decode(encodeAssignment(assignment))?.assignment },
    { a: [2, 0], b: [1] },
  )
  assert.deepEqual(AssignerProtocol.MemberMetadata.decode(encodeSubscription(['b', 'a']))?.topics, ['a', 'b'])
  const theirs = AssignerProtocol.MemberAssignment.encode({
    version: 0,
    assignment: { a: [3] },
    userData: Buffer.alloc(0),
  })
  assert.deepEqual(decodeAssignment(theirs), [{ topic: 'a', partition: 3 }])
  assert.deepEqual(
    decodeSubscription(
      AssignerProtocol.MemberMetadata.encode({ version: 0, topics: ['q'], userData: Buffer.alloc(0) }),
    ),
    ['q'],
  )
  assert.deepEqual(decodeAssignment(Buffer.alloc(0)), [])
})

/** All groups of a cluster: each broker lists those that it coordinates, so nobody need be asked who coordinates what. */
import { isOutOfReach } from '../clients/kafka-protocol/brokerConnections.ts'
import type { Cluster } from '../clients/kafka-protocol/cluster.ts'
import { type ListedGroup, listGroups, listGroupsKey } from '../clients/kafka-protocol/requests/listGroups.ts'
import { pause } from '../clock.ts'
import { brokerProblem, silentBrokers } from './problems.ts'
import type { BrokerSummary, GroupSummary, GroupType, Problem } from './snapshot.ts'

/** How long a refresh waits for a broker that did not answer in the one before. */
const patienceMs = 250

/** A broker that did not answer: why, and the question that is on its way again. */
interface Silence {
  failure: unknown
  question: Promise<readonly ListedGroup[]> | undefined
}

export class GroupLists {
  readonly #cluster: Cluster
  readonly #silences = new Map<number, Silence>()
  /** What each broker has answered last. */
  readonly #answered = new Map<number, readonly GroupSummary[]>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /**
   * Sorted. Groups of a broker that does not answer stay in the list, as it told of them last. `silent` are the brokers that did not answer at all: whoever has more to ask in this refresh need not wait for
   * them again.
   */
  async read(brokers: readonly Pick<BrokerSummary, 'nodeId'>[]): Promise<{
    readonly items: readonly GroupSummary[]
    readonly problems: readonly Problem[]
    readonly silent: ReadonlySet<number>
  }> {
    const problems: Problem[] = []
    const lists = await Promise.all(
      brokers.map(async ({ nodeId }) => {
        try {
          const groups = (await this.#ask(nodeId)).map(group => summaryOf(group, nodeId))
          this.#answered.set(nodeId, groups)
          return groups
        } catch (error) {
          problems.push(brokerProblem(this.#cluster, nodeId, error))
          return this.#lastSeen(nodeId, error)
        }
      }),
    )
    // While a coordinator moves, two brokers may name the same group for a moment; who answers knows better than who is silent.
    const { silent = [], heard = [] } = Object.groupBy(lists.flat(), ({ isSilent }) => (isSilent ? 'silent' : 'heard'))
    const byId = new Map([...silent, ...heard].map(group => [group.groupId, group]))
    const items = [...byId.values()].sort((a, b) => (a.groupId < b.groupId ? -1 : 1))
    return { items, problems, silent: silentBrokers(problems) }
  }

  #lastSeen(nodeId: number, error: unknown): GroupSummary[] {
    return isOutOfReach(error) ? (this.#answered.get(nodeId) ?? []).map(group => ({ ...group, isSilent: true })) : []
  }

  /**
   * One that hangs, or whose address leads nowhere, would hold up each refresh for as long as a request may take. So it is
   * waited for once; from then on its question stays on its way beside the refreshes, until it is answered.
   */
  async #ask(nodeId: number): Promise<readonly ListedGroup[]> {
    const silence = this.#silences.get(nodeId)
    try {
      const groups = silence ? await this.#askOn(nodeId, silence) : await this.#send(nodeId)
      this.#silences.delete(nodeId)
      return groups
    } catch (error) {
      if (!isOutOfReach(error)) this.#silences.delete(nodeId)
      else if (!silence) this.#silences.set(nodeId, { failure: error, question: undefined })
      throw error
    }
  }

  async #askOn(nodeId: number, silence: Silence): Promise<readonly ListedGroup[]> {
    silence.question ??= this.#send(nodeId).catch(error => {
      silence.failure = error
      silence.question = undefined
      throw error
    })
    const { question } = silence
    const enough = new AbortController()
    const late = pause(this.#cluster.surroundings.clock, patienceMs, enough.signal).then((): never => {
      throw silence.failure
    })
    // Whichever of the two loses is nobody's any more.
    for (const one of [question, late]) one.catch(() => {})
    return Promise.race([question, late]).finally(() => enough.abort())
  }

  #send(nodeId: number): Promise<readonly ListedGroup[]> {
    const newest = this.#cluster.versions.get(listGroupsKey)?.max ?? 3
    return this.#cluster.send(nodeId, listGroups(newest >= 5 ? 5 : newest >= 4 ? 4 : 3))
  }
}

function summaryOf(group: ListedGroup, coordinator: number): GroupSummary {
  return { groupId: group.groupId, type: typeOf(group), state: group.state, coordinator }
}

function typeOf({ type, protocolType }: ListedGroup): GroupType {
  if (protocolType === '' && (type === 'classic' || type === '')) return 'simple'
  if (type === 'classic' || type === 'consumer' || type === 'share' || type === 'streams') return type
  return type === '' ? 'classic' : 'unknown'
}

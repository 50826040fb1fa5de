/** Which fault is armed, and the place in a batch where it happens. */
import { CommitUnknownError, reasonOf } from '../errors.ts'
import {
  type BatchPhase,
  type BatchState,
  type FaultedParams,
  type FaultKind,
  type FaultParams,
  type FaultResult,
  faultKinds,
  type Offer,
  type WirePlace,
  type WireRange,
} from '../protocol.ts'
import type { RecordInHand } from './outputs.ts'
import type { Steppable } from './steppable.ts'
import type { UnderstudyReport } from './understudy.ts'
import { wirePlace } from './wireRecords.ts'

/** What a batch is like when a fault meets it. */
export type Met = Pick<FaultedParams, 'begun' | 'done' | 'committed' | 'again'> & { readonly batch: BatchState }

export interface FaultPorts<U extends Steppable> {
  offerOf(fault: FaultKind): Offer
  /** @param read the record whose value is being read, in the midst of a handler. */
  met(unit: U, phase: BatchPhase, read: WirePlace | undefined): Met
  nowMs(): number
  /** Tells the editor; resolves when it has left this process. */
  tell(params: FaultedParams): Promise<void>
  /** The same where nothing can be awaited. */
  tellNow(params: FaultedParams): void
  /** Ends this process as `kill -9` does. */
  kill(): void
  /** Whether a commit goes over the network, so that the reply itself can be lost there. */
  readonly isCommitOnWire: boolean
  /** Offsets are committed before the handler runs. */
  readonly isCommitFirst: boolean
  loseCommitReplies(): void
  cutConnections(): void
  /** Where a freeze lets another instance go on: not in a transaction that holds a lock. */
  readonly freezesAt: BatchPhase
  /** Holds the whole process, as a member that the group has given up, until another instance has gone on: committed these, or begun. */
  freeze(ranges: readonly WireRange[]): Promise<UnderstudyReport>
  /** @param onProblem called if it ends without being asked to */
  startSecond(onProblem: (problem: string) => void): void
  /** Deletes these records from their topics, whether they were handled or not. */
  deleteRecords(ranges: readonly WireRange[]): Promise<void>
  /** The unit at which the pipeline stands. */
  stands(): { readonly unit: U; readonly phase: BatchPhase } | undefined
}

type OwnFault = Exclude<FaultKind, 'brokerRestart'>

/** The phase on whose threshold a fault happens (a freeze: where the pipeline says); `midway`: when the handler has read half of the records, or has returned. */
const placeOf: Readonly<Record<OwnFault, BatchPhase | 'midway' | 'now'>> = {
  killBeforeSave: 'midway',
  killBetweenSaveAndCommit: 'saved',
  killAfterCommit: 'committed',
  freeze: 'saved',
  loseCommitReply: 'saved',
  cutConnection: 'now',
  secondInstance: 'now',
  retention: 'fetched',
}

export class FaultPlan<U extends Steppable> {
  readonly #ports: FaultPorts<U>
  #armed: OwnFault | undefined
  /** Resolves when a fault that was asked for where the pipeline stands is over: nothing goes on before. */
  settled: Promise<void> = Promise.resolve()
  /** The commit of this unit is to be without a reply. */
  #losesReplyOf: U | undefined

  constructor(ports: FaultPorts<U>) {
    this.#ports = ports
  }

  /** @throws Error this fault is not offered here, or is none. */
  async request({ fault }: FaultParams): Promise<FaultResult> {
    if (fault === null) {
      this.#armed = undefined
      return { when: 'takenBack' }
    }
    if (!faultKinds.includes(fault) || !Object.hasOwn(placeOf, fault))
      throw new Error(`There is no fault '${String(fault)}'.`)
    const offer = this.#ports.offerOf(fault)
    if (!offer.isOffered) throw new Error(`The fault ${fault} is not offered here: ${offer.reason}`)
    this.#armed = fault
    const stands = this.#ports.stands()
    const place = this.#placeOf(fault)
    if (place === 'now') await this.#happen(stands?.unit, stands?.phase ?? 'fetched')
    else if (stands && place === stands.phase && fault !== 'loseCommitReply')
      // Answered first: the process may be gone afterwards.
      this.settled = new Promise(resolve => setImmediate(resolve)).then(() => this.#happen(stands.unit, stands.phase))
    else if (stands?.phase === 'saved' && fault === 'loseCommitReply') await this.#happen(stands.unit, 'saved')
    else return { when: 'armed' }
    return { when: 'now' }
  }

  /** A unit is on the threshold of a phase. @throws CommitUnknownError the reply to its commit is lost. */
  async reach(unit: U, phase: BatchPhase): Promise<void> {
    if (phase === 'processing' && this.#ports.isCommitFirst && this.#armed === 'loseCommitReply') {
      await this.#happen(unit, phase)
      this.replied(unit)
    }
    if (this.#armed === undefined) return
    const place = this.#placeOf(this.#armed)
    // A handler that has read no value has returned by now.
    if (place === phase || (place === 'midway' && phase === 'saved')) await this.#happen(unit, phase)
  }

  /** In the midst of a handler: nothing can be awaited here. */
  read(unit: U, record: RecordInHand, reads: number): void {
    if (this.#armed !== 'killBeforeSave' || reads < Math.ceil(unit.records / 2)) return
    this.#ports.tellNow(this.#params(unit, 'processing', wirePlace(record)))
    this.#ports.kill()
  }

  /** @throws CommitUnknownError */
  replied(unit: U): void {
    if (this.#losesReplyOf !== unit) return
    this.#losesReplyOf = undefined
    throw new CommitUnknownError('the store', 'its reply was lost on request of the debugger')
  }

  #placeOf(fault: OwnFault): BatchPhase | 'midway' | 'now' {
    return fault === 'freeze' ? this.#ports.freezesAt : placeOf[fault]
  }

  async #happen(unit: U | undefined, phase: BatchPhase): Promise<void> {
    const fault = this.#armed
    if (!fault) return
    const params = this.#params(unit, phase, undefined)
    this.#armed = undefined
    try {
      await this.#make(fault, unit, params)
    } catch (error) {
      // The pipeline has no part in it, and goes on.
      const met = { begun: [], done: [], committed: [] }
      await this.#ports.tell({ fault, isDeath: false, atMs: this.#ports.nowMs(), ...met, problem: reasonOf(error) })
    }
  }

  async #make(fault: OwnFault, unit: U | undefined, params: FaultedParams): Promise<void> {
    if (fault === 'freeze') {
      await this.#ports.tell(params)
      const { committed, error } = await this.#ports.freeze(uncommitted(params))
      const problem = error === undefined ? {} : { problem: `the second instance: ${error}` }
      await this.#ports.tell({ ...params, atMs: this.#ports.nowMs(), byOthers: committed, ...problem })
      return
    }
    if (fault === 'retention') await this.#ports.deleteRecords(params.batch?.ranges ?? [])
    await this.#ports.tell(params)
    if (params.isDeath) this.#ports.kill()
    else if (fault === 'cutConnection') this.#ports.cutConnections()
    else if (fault === 'secondInstance')
      this.#ports.startSecond(
        problem => void this.#ports.tell({ ...params, problem: `the second instance: ${problem}` }),
      )
    else if (this.#ports.isCommitOnWire) this.#ports.loseCommitReplies()
    else this.#losesReplyOf = unit
  }

  #params(unit: U | undefined, phase: BatchPhase, read: WirePlace | undefined): FaultedParams {
    const fault = this.#armed ?? 'cutConnection'
    const isDeath = fault.startsWith('kill') || fault === 'retention'
    const met = unit ? this.#ports.met(unit, phase, read) : { begun: [], done: [], committed: [] }
    return { fault, isDeath, atMs: this.#ports.nowMs(), ...met }
  }
}

/** What is left of the batch for another instance: a pipeline that commits first leaves nothing. */
function uncommitted({ batch, committed }: FaultedParams): readonly WireRange[] {
  return (batch?.ranges ?? []).filter(
    range =>
      !committed.some(
        ({ topic, partition, offset }) =>
          topic === range.topic && partition === range.partition && BigInt(offset) >= BigInt(range.untilOffset),
      ),
  )
}

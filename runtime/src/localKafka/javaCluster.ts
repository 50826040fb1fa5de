/** A cluster of broker processes under Java. */
import type { ChildProcess } from 'node:child_process'
import type { NodePlan } from './configuration.ts'
import { findDistribution } from './distribution.ts'
import { LocalKafkaError } from './errors.ts'
import { findJava } from './java.ts'
import { hasCoordinator } from './metadataProbe.ts'
import { endNodes, type JavaSetup, nodeFiles, prepareNode, startNode, waitUntilServing } from './node.ts'
import type { Plan } from './plan.ts'
import { chooseClientPorts, freePorts } from './ports.ts'
import { type ClusterState, identified, type NodeState, removeState, writeState } from './stateFile.ts'

const startAttempts = 3

export async function startProcesses(plan: Plan, clusterId: string): Promise<ClusterState> {
  const java = await findJava(plan.env)
  const { classPath } = await findDistribution(plan.env, plan.progress)
  const setup: JavaSetup = { javaPath: java.path, classPath, isDetached: plan.isDetached, env: plan.env }
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(plan, clusterId, setup)
    } catch (error) {
      // Between the search for a free port and the broker's bind another program may take it.
      const isPortLost =
        error instanceof LocalKafkaError &&
        error.code === 'BROKER_EXITED' &&
        /Address already in use/.test(error.message)
      if (!isPortLost) throw error
      if (plan.port) throw new LocalKafkaError('PORT_TAKEN', { port: plan.port })
      if (attempt === startAttempts) throw error
    }
  }
}

async function startOnce(plan: Plan, clusterId: string, setup: JavaSetup): Promise<ClusterState> {
  const clientPorts = await chooseClientPorts(plan.brokers, plan.port)
  const controllerPorts = await freePorts(plan.brokers)
  const ports = clientPorts.map((client, i) => ({ client, controller: controllerPorts[i] as number }))
  const nodePlans = ports.map(
    (_, i): NodePlan => ({
      nodeId: i + 1,
      ports,
      dataFolder: nodeFiles(plan.folder, i + 1).data,
      configs: plan.configs,
      secureListeners: plan.secureListeners,
    }),
  )
  plan.progress('startingJava', { java: setup.javaPath })
  await Promise.all(nodePlans.map(node => prepareNode(node, nodeFiles(plan.folder, node.nodeId), clusterId, setup)))

  const started: { node: NodeState; child: ChildProcess }[] = []
  try {
    for (const { nodeId } of nodePlans) {
      const { child, identity } = await startNode(nodeFiles(plan.folder, nodeId), setup)
      const own = ports[nodeId - 1] as (typeof ports)[number]
      started.push({
        child,
        node: { nodeId, clientPort: own.client, controllerPort: own.controller, process: identity },
      })
      await writeState(
        plan.folder,
        stateOf(
          plan,
          clusterId,
          started.map(({ node }) => node),
        ),
      )
    }
    await Promise.all(
      started.map(({ node, child }) =>
        waitUntilServing(
          { nodeId: node.nodeId, port: node.clientPort, brokers: plan.brokers, timeoutMs: plan.timeoutMs },
          nodeFiles(plan.folder, node.nodeId),
          child,
        ),
      ),
    )
  } catch (error) {
    // One that ended before its start time could be read needs no ending.
    const running = started.flatMap(({ node }) => (node.process ? [identified(node)] : []))
    await endNodes(running, false)
    await removeState(plan.folder)
    throw error
  }
  const state = stateOf(
    plan,
    clusterId,
    started.map(({ node }) => node),
  )
  await hasCoordinator(clientPorts[0] as number, 5_000).catch(() => false)
  return state
}

/** On the files that the start has written: ports, settings and data are in them. */
export async function restartProcesses(plan: Plan, state: ClusterState): Promise<void> {
  const java = await findJava(plan.env)
  const { classPath } = await findDistribution(plan.env, plan.progress)
  const setup: JavaSetup = { javaPath: java.path, classPath, isDetached: plan.isDetached, env: plan.env }
  await endNodes(state.nodes.map(identified), true)
  plan.progress('startingAgain')
  const nodes: NodeState[] = []
  const serving: Promise<void>[] = []
  for (const node of state.nodes) {
    const files = nodeFiles(plan.folder, node.nodeId)
    const { child, identity } = await startNode(files, setup)
    nodes.push({ ...node, process: identity })
    // Written at once: a restart that fails half-way leaves nothing running that 'down' does not know.
    await writeState(plan.folder, { ...state, nodes: [...nodes, ...state.nodes.slice(nodes.length)] })
    const wanted = { nodeId: node.nodeId, port: node.clientPort, timeoutMs: plan.timeoutMs }
    serving.push(waitUntilServing({ ...wanted, brokers: state.nodes.length }, files, child))
  }
  await Promise.all(serving)
}

function stateOf({ name, isEphemeral }: Plan, clusterId: string, nodes: readonly NodeState[]): ClusterState {
  return { version: 1, name, engine: 'java', clusterId, isEphemeral, nodes }
}

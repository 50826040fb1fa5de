/** A cluster of containers. */
import { composeDown, composeRestart, composeUp, waitForContainers } from './docker.ts'
import type { Plan } from './plan.ts'
import { chooseClientPorts } from './ports.ts'
import { type ClusterState, readState, removeState, writeState } from './stateFile.ts'

export async function startContainers(plan: Plan, clusterId: string): Promise<ClusterState> {
  const { folder, name, env, timeoutMs, isEphemeral, configs } = plan
  const known = await readState(folder)
  const clientPorts = known?.nodes.map(node => node.clientPort) ?? (await chooseClientPorts(plan.brokers, plan.port))
  const nodes = clientPorts.map((clientPort, i) => ({
    nodeId: i + 1,
    clientPort,
    controllerPort: 0,
    process: undefined,
  }))
  const state: ClusterState = { version: 1, name, engine: 'docker', clusterId, isEphemeral, nodes }
  await writeState(folder, state)
  plan.progress('startingDocker')
  try {
    await composeUp(folder, name, { clusterId, clientPorts, configs, isEphemeral }, env)
    await waitForContainers(folder, name, clientPorts, timeoutMs, env)
  } catch (error) {
    await composeDown(folder, name, isEphemeral, env).catch(() => {})
    await removeState(folder)
    throw error
  }
  return state
}

export async function restartContainers(
  { folder, name, env, timeoutMs, progress }: Plan,
  state: ClusterState,
): Promise<void> {
  progress('startingAgain')
  await composeRestart(folder, name, env)
  await waitForContainers(
    folder,
    name,
    state.nodes.map(node => node.clientPort),
    timeoutMs,
    env,
  )
}

// An agent of Node's that goes straight to the server. Apart from its siblings, because only who sends by `node:http` should load it.

import http, { Agent } from 'node:http'

/** The agents that were made beside those that heed the environment. */
const direct = new WeakMap<Agent, Agent>()

/**
 * The agent to send with, in the place of one that heeds the proxy of the environment: Node's own does with `NODE_USE_ENV_PROXY`, and
 * any that was made with `proxyEnv`.
 *
 * @param given `undefined` for Node's own
 * @returns one with the same options, which goes straight to the server; or what was given
 */
export function directAgent(given: Agent | undefined): Agent | undefined {
  const agent = given ?? http.globalAgent
  const { options } = agent as unknown as { options?: { proxyEnv?: unknown } }
  if (!options?.proxyEnv) return given
  const known = direct.get(agent)
  if (known) return known
  const made = new Agent({ ...options, proxyEnv: undefined } as http.AgentOptions)
  direct.set(agent, made)
  const { createConnection, destroy } = agent
  if (createConnection !== Agent.prototype.createConnection) made.createConnection = createConnection
  agent.destroy = function destroyBoth(this: Agent): void {
    made.destroy()
    destroy.call(this)
  }
  return made
}

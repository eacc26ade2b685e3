import { randomBytes } from 'node:crypto'
import { freePort } from '../free-port.ts'
import { scratchDirectory } from '../scratch-directory.ts'
import { until } from '../until.ts'
import { liveNodes } from './metadata.ts'
import { KafkaNode } from './node.ts'
import { kafkaProgram } from './programs.ts'
import { commonSettings } from './settings.ts'

/** Starts a broker that lasts as long as this process; gives its address. */
export async function startSingleBroker(): Promise<string> {
  const program = await kafkaProgram()
  const [data, controller] = [await freePort(), await freePort()]
  const address = `127.0.0.1:${data}`
  const node = new KafkaNode(1, program, scratchDirectory('kafka'))
  await node.format(randomBytes(16).toString('base64url'), {
    ...commonSettings(1),
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://${address},CONTROLLER://127.0.0.1:${controller}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  })
  node.start()
  await until('broker', async () => {
    if (!node.process.isRunning) throw new Error(`the broker ended: ${node.lastWords}`)
    return (await liveNodes(address)).length === 1
  })
  return address
}

import { resolve } from 'node:path'
import type { TopicHome } from '../../engine/home.ts'
import type { Deployment } from '../config.ts'
import { usageError } from '../flags.ts'
import type { Place } from '../place/place.ts'

/** Where the history is: in the topics of the deployment, or in an archive. */
export function historyOf(deployment: Deployment, archive: string | undefined, cwd: string): Deployment {
  if (archive === undefined) return deployment
  return { ...deployment, dataDir: resolve(cwd, archive), kafka: undefined }
}

/** The history of a place, to be read alone. */
export function readOnly(place: Place): TopicHome {
  return {
    partitions: place.partitions.bind(place),
    openSource: place.openSource.bind(place),
    createTopic: async () => {
      throw usageError('a replay makes no topic where history is')
    },
    close: async () => {},
  }
}

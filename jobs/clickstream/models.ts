import { double, float, int, vector } from '../../engine/index.ts'
import { model } from '../../engine/models/model.ts'

/** What the anomaly model looks at in a user's window, in the order of its deviations. */
export const anomalyInputs = {
  clicks: double({ description: 'views and carts' }),
  carts: double(),
  purchases: double(),
  spend: double(),
  items: double({ description: 'distinct items' }),
}

export const anomalyInputNames: readonly string[] = Object.keys(anomalyInputs)

/** By the number that the model gives. */
export const severities = ['none', 'low', 'medium', 'high', 'critical'] as const

/** The thresholds are part of the model, so that they change with its version and in the same moment. */
export const Anomaly = model('anomaly', {
  description: 'how unusual a window of a user is',
  inputs: anomalyInputs,
  outputs: {
    score: float({ description: '0 to 1, higher is stranger' }),
    severity: int({ description: 'index into severities: 0 is below the threshold' }),
    deviations: vector(anomalyInputNames.length, {
      description: 'of each input from its median, in robust deviations',
    }),
  },
})

/** What is said of a window where the model cannot say anything. */
export const noAnomaly = { score: 0, severity: 0, deviations: new Float32Array(anomalyInputNames.length) }

/** Items that a user has taken most recently, the newest first; -1 where there are fewer. */
export const recentItems = 10
/** Items that the model proposes, before the rules choose among them. */
export const candidateItems = 50

export const Recommend = model('recommend', {
  description: 'what people who took these items take besides; what is popular where nothing is known',
  inputs: { recent: vector(recentItems) },
  outputs: {
    items: vector(candidateItems, { description: 'best first; none of the recent ones; -1 for none' }),
    scores: vector(candidateItems),
  },
})

import { entry } from './entry.ts'

/** Codes of models and of scoring with them. Keep it sorted. */
export const modelCodes = {
  HR_MODEL_CARD: entry(
    'config',
    'The model.json of a model version is not there, or says something that it cannot.',
    'The message names the file, the key and what is allowed. Write the version anew, with an exporter or `npm run train`, rather than by hand.',
  ),
  HR_MODEL_DAMAGED: entry(
    'config',
    'The model.onnx of a model version is not the one that its model.json was written for: it is missing, or has another checksum.',
    'Copy the version anew, as a whole. A version is never changed: what is new gets a number of its own.',
  ),
  HR_MODEL_EXISTS: entry(
    'config',
    'There is a version of this number of a model, and a version never changes.',
    'Write it as a version of its own: without a number it gets the next one.',
  ),
  HR_MODEL_FAILED: entry(
    'external',
    'A model could not score rows, and the step has no fallback.',
    'The cause is the message of the model. Give the step a fallback, let an earlier version serve with `headrace models promote`, or a longer timeout where it is only slow. The job goes on from its last commit when it is started again.',
    true,
  ),
  HR_MODEL_INPUT: entry(
    'data',
    'A row lacks a value that a model needs, and the step is to reject such rows.',
    "The message names the input. Fill it in before the step, or choose onMissing: 'fallback'.",
  ),
  HR_MODEL_MISFIT: entry(
    'config',
    'A model version does not have the inputs and outputs that its model.json or the job says it has.',
    'The message names the tensor or column, what was expected and what was found. Correct `model(...)` in the job, or let a version serve that fits it.',
  ),
  HR_MODEL_MISSING: entry(
    'config',
    'A job scores with a model, and the deployment has no place for models.',
    'Name one: `modelsDir` in the configuration, --models, or HEADRACE_MODELS.',
  ),
  HR_MODEL_PARITY: entry(
    'config',
    'A model version answers its own examples in another way than its model.json says.',
    'The model was exported wrongly, or is run by a runtime that computes it otherwise. Export it anew; the version that served before goes on.',
  ),
  HR_MODEL_REFUSED: entry(
    'config',
    'A version of a model was to serve, and cannot be loaded; what served before goes on.',
    'The message has the code and the words of what is wrong with it: that code says what to do.',
  ),
  HR_MODEL_RUNTIME: entry(
    'config',
    'The ONNX runtime cannot load a model: the file is none, or has operators that it does not know.',
    'The message has the words of the runtime. Export the model for an opset that it supports; where it cannot be loaded itself, install the optional package that the message names.',
  ),
  HR_MODEL_UNKNOWN: entry(
    'config',
    'There is no model or version of this name, or none of its versions serves.',
    'Correct the name: `headrace models ls` lists those that are there. `headrace models promote` lets a version serve.',
  ),
  HR_MODEL_UNWRITABLE: entry(
    'config',
    'A model cannot be written: what it is to be made of does not fit together, has a number that is none, or is no tree; or its directory cannot be written to.',
    'The message names the parameter and what is wrong with it, or has the words of the system. Nothing was written.',
  ),
} as const

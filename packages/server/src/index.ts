export { ModelError, type ModelErrorCode, UnavailableError } from './errors.ts';
export { FORMATS, type Format } from './model/detect.ts';
export { type LoadOptions, loadModel } from './model/load.ts';
export type { Model } from './model/model.ts';
export { type RunningServer, type ServerOptions, startModelServer } from './model-server.ts';
export { readSettings, type Settings, UsageError } from './settings.ts';

import type { Log } from '@serval/kube/client';
import type { Authorizer, ServiceAccountTokens } from '../access/index.ts';
import type { AnswerOpenApi } from '../openapi/openapi.ts';
import type { EngineOptions } from '../options.ts';
import type { RegistryDeps } from '../registry/deps.ts';
import type { EncodeEvent } from '../watch/event-encoder.ts';
import type { DecodeProtobuf } from './body.ts';
import type { StrategicMerge } from './patch.ts';

/** What the handlers of requests work with. */
export interface Services {
  registry: RegistryDeps;
  authorizer: Authorizer;
  tokens: ServiceAccountTokens;
  decodeProtobuf: DecodeProtobuf;
  strategicMerge: StrategicMerge;
  /** One line of a watch; shared, so that an event for many watchers is encoded once. */
  encodeEvent: EncodeEvent;
  answerOpenApi: AnswerOpenApi;
  callKubelet: NonNullable<EngineOptions['callKubelet']>;
  log: Log;
}

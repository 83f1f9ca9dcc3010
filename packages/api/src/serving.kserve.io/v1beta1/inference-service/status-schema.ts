import { Type } from 'typebox';
import { condition, int32, int64, openObject, stringMap } from '../../../schema/fields.ts';

const transitionStatuses = ['', 'UpToDate', 'InProgress', 'BlockedByFailedLoad', 'InvalidSpec'] as const;
const modelStates = ['', 'Pending', 'Standby', 'Loading', 'Loaded', 'FailedToLoad'] as const;
const failureReasons = [
  'ModelLoadFailed',
  'RuntimeUnhealthy',
  'RuntimeDisabled',
  'NoSupportingRuntime',
  'RuntimeNotRecognized',
  'InvalidPredictorSpec',
] as const;

export const modelStatusSchema = Type.Object({
  transitionStatus: Type.Enum([...transitionStatuses], { type: 'string', default: 'UpToDate' }),
  states: Type.Optional(
    Type.Object({
      activeModelState: Type.Enum([...modelStates], { type: 'string', default: 'Pending' }),
      targetModelState: Type.Optional(Type.Enum([...modelStates], { type: 'string', default: '' })),
    }),
  ),
  copies: Type.Optional(
    Type.Object({ failedCopies: Type.Integer({ default: 0 }), totalCopies: Type.Optional(Type.Integer()) }),
  ),
  lastFailureInfo: Type.Optional(
    Type.Object({
      reason: Type.Optional(Type.Enum([...failureReasons], { type: 'string' })),
      message: Type.Optional(Type.String()),
      exitCode: Type.Optional(int32()),
      location: Type.Optional(Type.String({ description: 'Where it happened: the Pod.' })),
      modelRevisionName: Type.Optional(Type.String()),
      time: Type.Optional(Type.String({ format: 'date-time' })),
    }),
  ),
});

const address = Type.Object({
  name: Type.Optional(Type.String()),
  url: Type.Optional(Type.String()),
  CACerts: Type.Optional(Type.String()),
  audience: Type.Optional(Type.String()),
});

export const componentStatusSchema = Type.Object({
  url: Type.Optional(Type.String()),
  restUrl: Type.Optional(Type.String()),
  grpcUrl: Type.Optional(Type.String()),
  address: Type.Optional(address),
  latestCreatedRevision: Type.Optional(Type.String()),
  latestReadyRevision: Type.Optional(Type.String()),
  latestRolledoutRevision: Type.Optional(Type.String()),
  previousRolledoutRevision: Type.Optional(Type.String()),
  traffic: Type.Optional(Type.Array(openObject())),
});

export const inferenceServiceStatusSchema = Type.Object(
  {
    observedGeneration: Type.Optional(int64()),
    conditions: Type.Optional(Type.Array(condition())),
    url: Type.Optional(Type.String()),
    address: Type.Optional(address),
    annotations: Type.Optional(stringMap()),
    components: Type.Optional(
      Type.Unsafe<{ [component: string]: Type.Static<typeof componentStatusSchema> }>({
        type: 'object',
        additionalProperties: componentStatusSchema,
      }),
    ),
    modelStatus: Type.Optional(modelStatusSchema),
    deploymentMode: Type.Optional(Type.String()),
    servingRuntimeName: Type.Optional(Type.String()),
    clusterServingRuntimeName: Type.Optional(Type.String()),
    canaryStatuses: Type.Optional(Type.Array(openObject())),
  },
  // KServe keeps unknown status fields, so that an older controller's status survives an upgrade.
  { 'x-kubernetes-preserve-unknown-fields': true },
);

import { Type } from 'typebox';
import { condition, int32, int64, stringMap } from '../../../schema/fields.ts';

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

export const modelStatusSchema = Type.Object(
  {
    transitionStatus: Type.Enum([...transitionStatuses], {
      type: 'string',
      default: 'UpToDate',
      description: 'Whether what is served is what the spec asks for.',
    }),
    states: Type.Optional(
      Type.Object(
        {
          activeModelState: Type.Enum([...modelStates], {
            type: 'string',
            default: 'Pending',
            description: 'State of the model that gets the traffic.',
          }),
          targetModelState: Type.Optional(
            Type.Enum([...modelStates], {
              type: 'string',
              default: '',
              description: 'State of the model that is to take over.',
            }),
          ),
        },
        { description: 'How far the models are.' },
      ),
    ),
    copies: Type.Optional(
      Type.Object(
        {
          failedCopies: Type.Integer({ default: 0, description: 'Pods that could not load the model.' }),
          totalCopies: Type.Optional(Type.Integer({ description: 'Pods that have it loaded or tried to.' })),
        },
        { description: 'How many Pods have the model.' },
      ),
    ),
    lastFailureInfo: Type.Optional(
      Type.Object(
        {
          reason: Type.Optional(
            Type.Enum([...failureReasons], { type: 'string', description: 'Kind of failure, for programs.' }),
          ),
          message: Type.Optional(Type.String({ description: 'What happened, for people.' })),
          exitCode: Type.Optional(int32({ description: 'Exit code of the container that failed.' })),
          location: Type.Optional(Type.String({ description: 'Where it happened: the Pod.' })),
          modelRevisionName: Type.Optional(Type.String({ description: 'Revision that failed.' })),
          time: Type.Optional(Type.String({ format: 'date-time', description: 'When it happened.' })),
        },
        { description: 'What went wrong last.' },
      ),
    ),
  },
  { description: 'State of the model itself.' },
);

export const addressSchema = Type.Object(
  {
    name: Type.Optional(Type.String({ description: 'Name of the address.' })),
    url: Type.Optional(Type.String({ description: 'The address.' })),
    CACerts: Type.Optional(Type.String({ description: 'Certificates (PEM) by which to trust it.' })),
    audience: Type.Optional(Type.String({ description: 'Audience that tokens for it must name.' })),
  },
  { description: 'Where it is reached from inside of the cluster.' },
);

const trafficTarget = Type.Object({
  configurationName: Type.Optional(Type.String({ description: 'Whose newest revision it is, where none is named.' })),
  revisionName: Type.Optional(Type.String({ description: 'The revision.' })),
  latestRevision: Type.Optional(Type.Boolean({ description: 'Whether it is the newest one.' })),
  percent: Type.Optional(int64({ description: 'Its share of the traffic.' })),
  tag: Type.Optional(Type.String({ description: 'Name by which it is reached alone: latest or prev.' })),
  url: Type.Optional(Type.String({ description: 'URL by which it is reached alone.' })),
});

export const componentStatusSchema = Type.Object({
  url: Type.Optional(Type.String({ description: 'URL from outside of the cluster.' })),
  restUrl: Type.Optional(Type.String({ description: 'URL of its REST interface.' })),
  grpcUrl: Type.Optional(Type.String({ description: 'URL of its gRPC interface.' })),
  address: Type.Optional(addressSchema),
  latestCreatedRevision: Type.Optional(Type.String({ description: 'Revision that was made last.' })),
  latestReadyRevision: Type.Optional(Type.String({ description: 'Revision that became ready last.' })),
  latestRolledoutRevision: Type.Optional(Type.String({ description: 'Revision that last got all of the traffic.' })),
  previousRolledoutRevision: Type.Optional(Type.String({ description: 'The one before it.' })),
  traffic: Type.Optional(Type.Array(trafficTarget, { description: 'Who gets which share of the traffic.' })),
});

const canaryStatus = Type.Object({
  name: Type.String({ description: 'Name of its predictor.' }),
  ready: Type.Boolean({ description: 'Whether it can take traffic.' }),
  trafficPercent: int32({ description: 'Percent of the traffic that it gets now.' }),
  modelStatus: Type.Optional(modelStatusSchema),
});

export const inferenceServiceStatusSchema = Type.Object(
  {
    observedGeneration: Type.Optional(int64({ description: 'metadata.generation that this status speaks of.' })),
    conditions: Type.Optional(
      Type.Array(condition(), { description: 'What is true of the service; Ready sums up the others.' }),
    ),
    url: Type.Optional(Type.String({ description: 'Where predictions are answered.' })),
    address: Type.Optional(addressSchema),
    annotations: Type.Optional(stringMap({ description: 'Further notes of controllers.' })),
    components: Type.Optional(
      Type.Unsafe<{ [component: string]: Type.Static<typeof componentStatusSchema> }>({
        type: 'object',
        additionalProperties: componentStatusSchema,
        description: 'By component: predictor, transformer, explainer.',
      }),
    ),
    modelStatus: Type.Optional(modelStatusSchema),
    deploymentMode: Type.Optional(Type.String({ description: 'Mode the service runs in, which stays.' })),
    servingRuntimeName: Type.Optional(Type.String({ description: 'ServingRuntime in use.' })),
    clusterServingRuntimeName: Type.Optional(Type.String({ description: 'ClusterServingRuntime in use.' })),
    canaryStatuses: Type.Optional(
      Type.Array(canaryStatus, { 'x-kubernetes-list-type': 'atomic', description: 'State of each canary.' }),
    ),
  },
  // KServe keeps unknown status fields, so that an older controller's status survives an upgrade.
  { 'x-kubernetes-preserve-unknown-fields': true },
);

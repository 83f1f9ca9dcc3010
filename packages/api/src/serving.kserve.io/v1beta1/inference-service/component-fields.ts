import { Type } from 'typebox';
import { int32, int64, intOrString, stringMap } from '../../../schema/fields.ts';
import { autoScalingSchema, metricTargetTypes, scaleMetrics } from './autoscaling-fields.ts';
import { batcherSchema, loggerSchema } from './logger-fields.ts';

/** What every component (predictor, transformer, explainer) has beside its PodSpec: KServe's ComponentExtensionSpec. */
export const componentFields = {
  minReplicas: Type.Optional(
    int32({ description: 'Fewest Pods. Default 1; 0 only where something can scale from zero.' }),
  ),
  maxReplicas: Type.Optional(
    int32({ description: 'Most Pods the autoscaler may start; 0 or absent: as minReplicas.' }),
  ),
  scaleTarget: Type.Optional(
    int32({
      description:
        'Value of scaleMetric to aim at per Pod: percent of the request for cpu and memory (default 80 for cpu), requests for concurrency, requests per second for rps.',
    }),
  ),
  scaleMetric: Type.Optional(
    Type.Enum([...scaleMetrics], {
      type: 'string',
      description: 'What to scale on: cpu (the default) or memory; concurrency or rps only in Knative mode.',
    }),
  ),
  scaleMetricType: Type.Optional(
    Type.Enum([...metricTargetTypes], {
      type: 'string',
      description:
        'How scaleTarget is meant: Utilization (percent, the default) or AverageValue (millicores of cpu, MiB of memory).',
    }),
  ),
  autoScaling: Type.Optional(autoScalingSchema),
  containerConcurrency: Type.Optional(
    int64({ description: 'Requests that one Pod serves at a time. Default 0: no limit.' }),
  ),
  timeout: Type.Optional(int64({ description: 'Seconds that a request may take before it is given up.' })),
  canaryTrafficPercent: Type.Optional(
    int64({
      description: 'Percent of the traffic for the newest revision; the one before gets the rest. Default 100.',
    }),
  ),
  logger: Type.Optional(loggerSchema),
  batcher: Type.Optional(batcherSchema),
  labels: Type.Optional(stringMap({ description: 'Labels for the Pods of this component.' })),
  annotations: Type.Optional(stringMap({ description: 'Annotations for the Pods of this component.' })),
  deploymentStrategy: Type.Optional(
    Type.Object(
      {
        type: Type.Optional(
          Type.String({ description: 'RollingUpdate (the default): step by step; Recreate: all old Pods end first.' }),
        ),
        rollingUpdate: Type.Optional(
          Type.Object(
            {
              maxSurge: Type.Optional(
                intOrString({
                  description: 'Pods above the wanted number during an update, a number or percent. Default 25%.',
                }),
              ),
              maxUnavailable: Type.Optional(
                intOrString({
                  description: 'Pods that may be missing during an update, a number or percent. Default 25%.',
                }),
              ),
            },
            { description: 'Pace of type RollingUpdate.' },
          ),
        ),
      },
      { description: 'How old Pods give way to new ones. Standard mode only.' },
    ),
  ),
};

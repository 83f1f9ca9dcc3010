import type { StructuralSchema } from '@serval/kube/schema';
import { Type } from 'typebox';
import { int32 } from '../../schema/fields.ts';
import { scalingBehaviorSchema } from '../scaling-behavior.ts';

const rule = (text: string, message: string) => ({ rule: text, message });
const count = (minimum: number, description: string) => Type.Optional(int32({ minimum, description }));

const behavior = Type.Optional(scalingBehaviorSchema);

/** KEDA has the field; here somebody else decides. */
const notSet = { description: 'Must not be set.' };

const keda = Type.Object(
  {
    pollingInterval: count(1, 'Seconds between two looks at the metric.'),
    cooldownPeriod: count(0, 'Seconds without need before idleReplicaCount is reached.'),
    initialCooldownPeriod: count(0, 'Seconds after the start before it may be.'),
    idleReplicaCount: count(1, 'Replicas while nothing is asked for; less than minReplicas.'),
    fallback: Type.Optional(
      Type.Object(
        {
          failureThreshold: int32({ description: 'Looks in a row that must fail.' }),
          replicas: int32({ description: 'Replicas while the metric cannot be read.' }),
          behavior: Type.Optional(
            Type.Enum(['static', 'currentReplicas', 'currentReplicasIfHigher', 'currentReplicasIfLower'], {
              type: 'string',
              default: 'static',
              description: 'Whether to use replicas, or what is there.',
            }),
          ),
        },
        { description: 'What to do while the metric cannot be read.' },
      ),
    ),
    advanced: Type.Optional(
      Type.Object(
        {
          restoreToOriginalReplicaCount: Type.Optional(
            Type.Boolean({ description: 'Whether deleting the ScaledObject restores the first count.' }),
          ),
          horizontalPodAutoscalerConfig: Type.Optional(
            Type.Object(
              { name: Type.Optional(Type.String(notSet)), behavior },
              { description: 'Of the HorizontalPodAutoscaler that KEDA makes.' },
            ),
          ),
          scalingModifiers: Type.Optional(
            Type.Object(
              {
                formula: Type.Optional(Type.String(notSet)),
                target: Type.Optional(Type.String(notSet)),
                activationTarget: Type.Optional(Type.String(notSet)),
                metricType: Type.Optional(Type.Enum(['AverageValue', 'Value'], { type: 'string', ...notSet })),
              },
              { description: 'Must not be set: the metric is the autoscaler’s own.' },
            ),
          ),
        },
        { description: 'Further settings of the ScaledObject.' },
      ),
    ),
  },
  {
    description: 'Scales through a ScaledObject of KEDA.',
    'x-kubernetes-validations': [
      rule(
        '!has(self.advanced) || (size(self.advanced.scalingModifiers.formula) == 0 && size(self.advanced.scalingModifiers.target) == 0 && size(self.advanced.scalingModifiers.activationTarget) == 0 && size(self.advanced.scalingModifiers.metricType) == 0)',
        'advanced.scalingModifiers must not be set: the autoscaler decides on the metric',
      ),
      rule(
        '!has(self.advanced) || !has(self.advanced.horizontalPodAutoscalerConfig) || size(self.advanced.horizontalPodAutoscalerConfig.name) == 0',
        'advanced.horizontalPodAutoscalerConfig.name must not be set: the controller names it',
      ),
    ],
  },
);

const wva = Type.Object(
  {
    variantCost: Type.Optional(
      Type.String({
        pattern: '^\\d+(\\.\\d+)?$',
        default: '10.0',
        description: 'What one replica costs, compared with those of other variants of the model.',
      }),
    ),
    hpa: Type.Optional(Type.Object({ behavior }, { description: 'Scales through a HorizontalPodAutoscaler.' })),
    keda: Type.Optional(keda),
  },
  {
    description:
      'The Workload Variant Autoscaler computes how many replicas are needed; hpa or keda brings them about.',
    'x-kubernetes-validations': [
      rule('!(has(self.hpa) && has(self.keda))', 'must have one of hpa and keda, not both'),
      rule('has(self.hpa) || has(self.keda)', 'must have hpa or keda'),
    ],
  },
);

export const scalingSchema = Type.Object(
  {
    minReplicas: Type.Optional(int32({ minimum: 1, default: 1, description: 'Fewest replicas.' })),
    maxReplicas: int32({ minimum: 1, description: 'Most replicas.' }),
    wva: Type.Optional(wva),
  },
  {
    description: 'How many replicas there are, by need. Not beside replicas.',
    'x-kubernetes-validations': [
      rule('has(self.wva)', 'must have wva, which scales'),
      rule('!has(self.minReplicas) || self.minReplicas <= self.maxReplicas', 'minReplicas must be at most maxReplicas'),
      rule(
        '!has(self.wva) || !has(self.wva.keda) || !has(self.wva.keda.idleReplicaCount) || has(self.minReplicas)',
        'minReplicas must be set beside wva.keda.idleReplicaCount',
      ),
      rule(
        '!has(self.wva) || !has(self.wva.keda) || !has(self.wva.keda.idleReplicaCount) || !has(self.minReplicas) || self.wva.keda.idleReplicaCount < self.minReplicas',
        'wva.keda.idleReplicaCount must be less than minReplicas',
      ),
    ],
  },
);

/** On a workload, which has either. */
export const replicasOrScaling: NonNullable<StructuralSchema['x-kubernetes-validations']> = [
  rule('!(has(self.replicas) && has(self.scaling))', 'must have one of replicas and scaling, not both'),
];

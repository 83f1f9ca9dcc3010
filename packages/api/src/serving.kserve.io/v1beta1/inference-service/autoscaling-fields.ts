import { type Static, Type } from 'typebox';
import { int32, quantity } from '../../../schema/fields.ts';
import { scalingBehaviorSchema } from '../../scaling-behavior.ts';

export const scaleMetrics = ['cpu', 'memory', 'concurrency', 'rps'] as const;
export const metricTargetTypes = ['Utilization', 'Value', 'AverageValue'] as const;
export const metricSourceTypes = ['Resource', 'External', 'PodMetric'] as const;

const target = () =>
  Type.Object(
    {
      type: Type.Optional(
        Type.Enum([...metricTargetTypes], {
          type: 'string',
          description: 'How the value is meant: which of the fields beside it is read.',
        }),
      ),
      value: Type.Optional(quantity({ description: 'Value that the metric as a whole should have.' })),
      averageValue: Type.Optional(
        quantity({ description: 'Value that each Pod should have on average, such as 500Mi.' }),
      ),
      averageUtilization: Type.Optional(
        int32({ description: 'Share of what the Pods request that they should use on average, in percent.' }),
      ),
    },
    { description: 'The value that scaling aims at.' },
  );

const resource = Type.Object(
  {
    name: Type.Enum(['cpu', 'memory'], { type: 'string', description: 'The resource that is measured.' }),
    target: target(),
  },
  { description: 'Use of cpu or memory by the Pods, for type Resource.' },
);

const externalMetric = Type.Object(
  {
    backend: Type.Optional(
      Type.Enum(['prometheus', 'graphite'], { type: 'string', description: 'What kind of system is asked.' }),
    ),
    serverAddress: Type.Optional(Type.String({ description: 'URL of that system.' })),
    query: Type.Optional(Type.String({ description: 'The query whose answer is the metric.' })),
    namespace: Type.Optional(Type.String({ description: 'Namespace for systems that answer per namespace.' })),
  },
  { description: 'Where the metric comes from.' },
);

const authentication = Type.Object(
  {
    authenticationRef: Type.Object(
      { name: Type.String({ description: 'Name of the TriggerAuthentication.' }) },
      { description: "KEDA's object that holds the credentials, in the same namespace." },
    ),
    authModes: Type.Optional(
      Type.String({ description: 'How to authenticate: bearer, basic or tls; several with commas.' }),
    ),
  },
  { description: 'Credentials for asking the system that knows the metric.' },
);

const external = Type.Object(
  { metric: externalMetric, authenticationRef: Type.Optional(authentication), target: target() },
  { description: 'The answer of a metrics system, for type External (class keda).' },
);

const podMetric = Type.Object(
  {
    metric: Type.Object(
      {
        backend: Type.Optional(
          Type.Enum(['opentelemetry'], { type: 'string', description: 'What kind of system is asked.' }),
        ),
        serverAddress: Type.Optional(Type.String({ description: 'Address of that system, HOST:PORT.' })),
        metricNames: Type.Optional(
          Type.Array(Type.String(), { description: 'Metrics of the Pods that the query needs.' }),
        ),
        query: Type.Optional(Type.String({ description: 'The query whose answer is the metric.' })),
        operationOverTime: Type.Optional(
          Type.String({
            description: 'How values over time become one: last_one (the default), avg, max, min, rate or count.',
          }),
        ),
      },
      { description: 'Where the metric comes from.' },
    ),
    target: target(),
  },
  { description: 'A metric that the Pods report themselves, for type PodMetric (class keda).' },
);

const metric = Type.Object({
  type: Type.Enum([...metricSourceTypes], {
    type: 'string',
    description: 'Which of the fields beside it describes the metric.',
  }),
  resource: Type.Optional(resource),
  external: Type.Optional(external),
  podmetric: Type.Optional(podMetric),
});
export type ScalingMetric = Static<typeof metric>;
export type MetricTarget = Static<ReturnType<typeof target>>;

export const autoScalingSchema = Type.Object(
  {
    metrics: Type.Optional(
      Type.Array(metric, {
        description: 'Metrics to scale on, in the place of scaleMetric; the one that asks for most Pods wins.',
      }),
    ),
    behavior: Type.Optional(scalingBehaviorSchema),
  },
  { description: 'Scaling on several metrics, or on those of other systems.' },
);

import type { ComponentSpec, InferenceService } from '@serval/api';
import type { Container, PodSpec } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import { storageAnnotations } from '../../credentials/storage-request.ts';
import {
  componentName,
  defaultHttpPort,
  modelMountPath,
  predictorContainer,
  sourceUriAnnotation,
} from '../../names.ts';
import { podSpecOfComponent } from '../../runtime/pod-fields.ts';
import { type Component, componentOf, sourceOfFirst } from './component.ts';
import { grpcPortOf } from './service.ts';

type ExplainerSpec = NonNullable<InferenceService['spec']['explainer']>;

/** A transformer that stands before one predictor. A canary's predictor has a transformer of its own, of another name. */
export function transformerComponent(
  service: InferenceService,
  spec: ComponentSpec,
  predictor: Component,
  config: ServingConfig,
  name = componentName(service.metadata.name ?? '', 'transformer'),
): Component {
  const podSpec = withWiring(podSpecOf(spec), wiringOf(service, spec, predictor));
  return componentOf('transformer', name, service, spec, podSpec, config, {
    storage: { ...sourceOfFirst(podSpec), ...storageAnnotations(spec) },
  });
}

/** An explainer, of one's own containers or ART's server. It always asks the stable predictor. */
export function explainerComponent(
  service: InferenceService,
  spec: ExplainerSpec,
  predictor: Component,
  config: ServingConfig,
): Component {
  const wiring = wiringOf(service, spec, predictor);
  const name = componentName(service.metadata.name ?? '', 'explainer');
  const written = podSpecOf(spec);
  if (!spec.art) {
    const podSpec = withWiring(written, wiring);
    return componentOf('explainer', name, service, spec, podSpec, config, {
      storage: { ...sourceOfFirst(podSpec), ...storageAnnotations(spec) },
    });
  }
  const podSpec = { ...written, containers: [artContainer(spec.art, wiring, config), ...written.containers] };
  const storage: Record<string, string> = spec.art.storageUri ? { [sourceUriAnnotation]: spec.art.storageUri } : {};
  return componentOf('explainer', name, service, spec, podSpec, config, { storage });
}

function podSpecOf(spec: ComponentSpec): PodSpec {
  return { containers: [], ...podSpecOfComponent(spec) };
}

const protocolFlag = '--predictor_protocol';

/** What the first container is told: whom it stands before, and how. Flags with their values. */
interface Wiring {
  readonly modelName: readonly string[];
  /** `NAME.NAMESPACE` without scheme or port, as it is the target of gRPC too. */
  readonly predictorHost: readonly string[];
  readonly httpPort: readonly string[];
  readonly workers: readonly string[];
}

function wiringOf({ metadata }: InferenceService, spec: ComponentSpec, predictor: Component): Wiring {
  const { containerConcurrency: workers } = spec;
  const { name, namespace } = predictor;
  const port = asksByGrpc(spec) ? grpcPortOf(predictor) : undefined;
  return {
    modelName: ['--model_name', metadata.name ?? ''],
    predictorHost: ['--predictor_host', `${name}.${namespace}${port === undefined ? '' : `:${port}`}`],
    httpPort: ['--http_port', String(defaultHttpPort)],
    workers: workers === undefined ? [] : ['--workers', String(workers)],
  };
}

/** By its own arguments, as KServe tells it nothing of protocols in this mode. */
function asksByGrpc({ containers = [] }: ComponentSpec): boolean {
  const [{ args = [] } = {}] = containers as readonly { args?: string[] }[];
  return args.some(
    (arg, index) => arg === `${protocolFlag}=grpc-v2` || (arg === protocolFlag && args[index + 1] === 'grpc-v2'),
  );
}

/**
 * The first container as KServe has it: called `kserve-container`, and with the wiring appended to its arguments where it is not
 * written.
 */
function withWiring(podSpec: PodSpec, { modelName, predictorHost, httpPort, workers }: Wiring): PodSpec {
  const [first, ...others] = podSpec.containers;
  if (!first) return podSpec;
  const taken = others.some((container) => container.name === predictorContainer);
  const name = taken ? first.name : predictorContainer;
  const args = [...(first.args ?? [])];
  for (const [flag, ...value] of [modelName, predictorHost, httpPort, workers]) {
    if (flag !== undefined && !args.some((arg) => arg.startsWith(flag))) args.push(flag, ...value);
  }
  return { ...podSpec, containers: [{ ...first, name, args }, ...others] };
}

/** ART's server (KServe's ARTExplainerSpec): its own arguments first, what is written last. */
function artContainer(
  {
    type,
    storageUri,
    storage: _,
    runtimeVersion,
    config: settings = {},
    ...container
  }: NonNullable<ExplainerSpec['art']>,
  { modelName, predictorHost, httpPort, workers }: Wiring,
  { explainers: { art } }: ServingConfig,
): Container {
  const written = container.args ?? [];
  const unlessWritten = (flag: readonly string[]) =>
    written.some((arg) => flag[0] !== undefined && arg.startsWith(flag[0])) ? [] : flag;
  return {
    image: `${art.image}:${runtimeVersion ?? art.defaultImageVersion}`,
    ...container,
    name: predictorContainer,
    args: [
      ...modelName,
      ...httpPort,
      ...unlessWritten(predictorHost),
      ...unlessWritten(workers),
      ...(storageUri ? ['--storage_uri', modelMountPath] : []),
      '--adversary_type',
      type ?? 'SquareAttack',
      ...Object.entries(settings)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([key, value]) => [`--${key}`, value]),
      ...written,
    ],
  };
}

import type { InferenceService } from '@serval/api';
import type { Secret } from '@serval/kube/objects';
import { parseImageReference } from '@serval/storage/registry-credentials';
import { appFields, withoutUnused } from './app-fields.ts';
import { phaseNamespace } from './convert-pipeline.ts';
import { noteLeftFields } from './left-fields.ts';
import type { Notes } from './note.ts';
import type { KuberoObject } from './read-kubero.ts';
import { listOf, saysNothing, textOf, type Values, valuesOf } from './values.ts';

/** What Kubero's pipelines put into every phase; the pipeline's credentials take its place. */
const kuberoPullSecret = 'kubero-pull-secret';
const defaultPort = 8080;

export interface ImportedApp {
  service: InferenceService;
  secrets: Secret[];
}

/** An app as a service with a container of its own, where an image says what runs; notes alone where Kubero builds it from sources as it starts. */
export function convertApp({ name, spec }: KuberoObject, notes: Notes): ImportedApp | undefined {
  const [pipeline, phase] = [textOf(spec['pipeline']), textOf(spec['phase'])];
  noteLeftFields(withoutUnused(spec), appFields, notes);
  noteAccounts(spec, notes);
  if (pipeline === undefined || phase === undefined) {
    notes.left('is a template: it belongs to no pipeline and phase');
    return undefined;
  }
  const image = imageOf(spec, notes);
  if (image === undefined) return undefined;
  const namespace = phaseNamespace(pipeline, phase);
  const web = valuesOf(spec['web']);
  if (web['replicaCount'] === 0) {
    notes.left('web.replicaCount: 0: it has no process that answers requests, so it is no service');
    return undefined;
  }
  const env = environmentOf(spec, name, namespace, notes);
  const values = valuesOf(spec['image']);
  const command = listOf(values['command']).flatMap((word) => textOf(word) ?? []);
  const resources = [spec['resources'], valuesOf(spec['podsize'])['resources']].find((found) => !saysNothing(found));
  const port = portOf(values['containerPort'], notes);
  const service = {
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name, namespace },
    spec: {
      predictor: {
        ...replicasOf(spec, web),
        containers: [
          {
            name: 'kserve-container',
            image,
            ...(command.length > 0 ? { command } : {}),
            ports: [{ containerPort: port, protocol: 'TCP' }],
            ...(env ? { envFrom: [{ secretRef: { name: env.metadata.name } }] } : {}),
            ...(resources === undefined ? {} : { resources }),
            ...probeOf(valuesOf(spec['healthcheck']), port),
          },
        ],
      },
    },
  };
  return { service: service as unknown as InferenceService, secrets: env ? [env] : [] };
}

/** Kubero runs `image.run` after building from sources, unless it deploys or has built an image. */
function imageOf(spec: Values, notes: Notes): string | undefined {
  const isBuilt = ['dockerfile', 'nixpacks', 'buildpacks', 'external'].includes(textOf(spec['buildstrategy']) ?? '');
  if (textOf(spec['deploymentstrategy']) !== 'docker' && !isBuilt) {
    notes.left('is built from sources when it starts: build an image or a model, and make a service of that');
    return undefined;
  }
  const { repository, tag } = valuesOf(spec['image']);
  const image = `${textOf(repository) ?? ''}:${textOf(tag) ?? 'latest'}`;
  if (parseImageReference(image)) return image;
  notes.refused('image.repository and image.tag are no image');
  return undefined;
}

function portOf(value: unknown, notes: Notes): number {
  if (saysNothing(value)) return defaultPort;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  notes.left(`image.containerPort is no port; ${defaultPort} was taken`);
  return defaultPort;
}

function replicasOf(spec: Values, web: Values): Values {
  const isScaled = spec['autoscale'] === true || valuesOf(spec['autoscaling'])['enabled'] === true;
  if (!isScaled) {
    const count = web['replicaCount'];
    return Number.isInteger(count) ? { minReplicas: count, maxReplicas: count } : {};
  }
  const { minReplicas, maxReplicas, targetCPUUtilizationPercentage: cpu } = valuesOf(web['autoscaling']);
  return {
    ...(Number.isInteger(minReplicas) ? { minReplicas } : {}),
    ...(Number.isInteger(maxReplicas) ? { maxReplicas } : {}),
    ...(Number.isInteger(cpu) ? { scaleMetric: 'cpu', scaleTarget: cpu } : {}),
  };
}

/** What is in an environment is nobody's to know: a Secret, as nothing tells a password from a switch. */
function environmentOf(spec: Values, app: string, namespace: string, notes: Notes): Secret | undefined {
  const data: Record<string, string> = {};
  for (const variable of listOf(spec['envVars']).map(valuesOf)) {
    const [name, value] = [textOf(variable['name']), textOf(variable['value'])];
    if (name === undefined || !/^[A-Za-z_][A-Za-z0-9_.-]{0,252}$/.test(name)) {
      notes.refused('envVars: has a variable without a usable name');
    } else if (value === undefined && !saysNothing(variable['valueFrom'])) {
      notes.left(`envVars: ${name}: valueFrom was not taken over`);
    } else data[name] = Buffer.from(value ?? '').toString('base64');
  }
  const count = Object.keys(data).length;
  if (count === 0) return undefined;
  const name = `${app}-env`;
  notes.rotate(
    `envVars: ${count} variables stood in plain text and are now in Secret ${namespace}/${name}: make new ones of those that are secret`,
  );
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', data };
}

function probeOf(healthcheck: Values, port: number): Values {
  if (healthcheck['enabled'] !== true) return {};
  const { timeoutSeconds, periodSeconds } = healthcheck;
  const path = textOf(healthcheck['path']) ?? '/';
  return {
    readinessProbe: {
      httpGet: { path: path.startsWith('/') ? path : `/${path}`, port },
      ...(Number.isInteger(timeoutSeconds) ? { timeoutSeconds } : {}),
      ...(Number.isInteger(periodSeconds) ? { periodSeconds } : {}),
    },
  };
}

function noteAccounts(spec: Values, notes: Notes): void {
  if (!saysNothing(valuesOf(spec['basicAuth'])['accounts'])) {
    notes.rotate('basicAuth.accounts: passwords stood in plain text and were not taken over: make new ones');
  }
  const others = listOf(spec['imagePullSecrets']).filter((found) => valuesOf(found)['name'] !== kuberoPullSecret);
  if (others.length > 0) notes.left('imagePullSecrets: name them as registryCredentials of the pipeline');
}

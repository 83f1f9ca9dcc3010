import type { Pipeline } from '@serval/api';
import type { Secret } from '@serval/kube/objects';
import { convertRegistry } from './convert-registry.ts';
import { type FieldTable, noteLeftFields } from './left-fields.ts';
import type { Notes } from './note.ts';
import type { KuberoObject } from './read-kubero.ts';
import { listOf, saysNothing, textOf, type Values, valuesOf } from './values.ts';

/** Kubero makes these for pull requests; here they are no stage but environments of their own. */
const reviewPhase = 'review';
const builds = 'Serval serves images and models, and builds none';

const knownFields: FieldTable = {
  name: true,
  phases: true,
  reviewapps: true,
  registry: { host: true, username: true, password: true, createSecret: true },
  access: { teams: true },
  domain: 'hosts of services come from the domain of the platform (ingressDomain)',
  buildpack: builds,
  buildstrategy: builds,
  deploymentstrategy: true,
  dockerimage: 'images are named by services',
  mainnamespace: true,
  git: builds,
};

export interface ImportedPipeline {
  pipeline: Pipeline;
  secrets: Secret[];
}

/** @param namespace  of the pipeline and of its Secret */
export function convertPipeline({ name, spec }: KuberoObject, namespace: string, notes: Notes): ImportedPipeline {
  const phases = listOf(spec['phases']).map(valuesOf);
  const enabled = phases.filter((phase) => phase['enabled'] === true);
  for (const phase of phases) notePhase(phase, notes);
  const registry = convertRegistry(spec['registry'], { namespace, name: `${name}-registry` }, notes);
  const hasReviews = spec['reviewapps'] === true || enabled.some((phase) => phase['name'] === reviewPhase);
  if (hasReviews) {
    notes.left('review apps: spec.review has an environment for each promoted version, and inherits no credentials');
  }
  if (!saysNothing(valuesOf(valuesOf(spec['git'])['keys'])['priv'])) {
    notes.rotate('git.keys.priv, a private key, stood in plain text and was not taken over: withdraw it');
  }
  noteLeftFields(spec, knownFields, notes);
  const groups = listOf(valuesOf(spec['access'])['teams']).flatMap((team) => textOf(team) ?? []);
  return {
    pipeline: {
      apiVersion: 'platform.serval.dev/v1alpha1',
      kind: 'Pipeline',
      metadata: { name, namespace },
      spec: {
        stages: enabled
          .map((phase) => textOf(phase['name']) ?? '')
          .filter((phase) => phase !== reviewPhase)
          .map((phase) => ({ name: phase, namespace: phaseNamespace(name, phase) })),
        ...(registry
          ? {
              registryCredentials: {
                entries: [{ match: registry.match, secretRef: { name: registry.secret.metadata.name ?? '' } }],
              },
            }
          : {}),
        ...(hasReviews ? { review: {} } : {}),
        ...(groups.length > 0 ? { access: { groups } } : {}),
      },
    },
    secrets: registry ? [registry.secret] : [],
  };
}

/** The namespaces that Kubero has its apps in (chart kuberopipeline, namespaces). */
export function phaseNamespace(pipeline: string, phase: string): string {
  return `${pipeline}-${phase}`;
}

const phaseFields: FieldTable = {
  name: true,
  enabled: true,
  context: 'the stages of a pipeline are in one cluster',
  domain: 'hosts of services come from the domain of the platform (ingressDomain)',
  defaultEnvvars: 'put them into the services of the stage',
};

function notePhase(phase: Values, notes: Notes): void {
  const name = textOf(phase['name']) ?? 'without a name';
  if (phase['enabled'] !== true) {
    notes.left(`phase ${name} is not enabled, so it has become no stage`);
    return;
  }
  const of: Notes = { ...notes, left: (message) => notes.left(`phase ${name}: ${message}`) };
  // What Kubero writes for the cluster that it runs in itself.
  const { context, ...others } = phase;
  noteLeftFields(context === 'inClusterContext' ? others : phase, phaseFields, of);
}

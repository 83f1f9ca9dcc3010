import { type CustomResourceDefinition, crds, servingGroup } from '@serval/api';
import { findCondition } from '@serval/kube/objects';
import type { StructuralSchema } from '@serval/kube/schema';
import { type Implementation, implementationOf } from '../../gateway/implementations.ts';
import { bundleVersionAnnotation, gatewayApiGroup } from '../../gateway/installed-api.ts';
import {
  isOlderRelease,
  type KnownReleases,
  knownReleases,
  needsOf,
  releaseOfImage,
  shownFor,
} from '../../gateway/releases.ts';
import { evidenceOf, sayingOf } from '../describe.ts';
import type { Check, Notes } from '../notes.ts';
import { gatewayClassIn, isWhole, itemsOf, usesGatewayApi } from '../settings.ts';
import type { Snapshot } from '../snapshot.ts';

/** Rules in definitions (CEL) are in every API server from here on. */
export const leastKubernetes = '1.25';

/** Releases against each other: Kubernetes, Serval's definitions, the Gateway API, and the implementation of the Gateway. */
export const versionsCheck: Check = {
  name: 'versions',
  run(snapshot, notes) {
    checkKubernetes(snapshot, notes);
    checkOwnDefinitions(snapshot, notes);
    if (usesGatewayApi(snapshot)) checkImplementation(snapshot, notes);
  },
};

function checkKubernetes(snapshot: Snapshot, notes: Notes): void {
  const [kubernetes] = notes.read(snapshot.kubernetes, 'release of the API server');
  if (kubernetes === undefined) return;
  notes.expect(!isOlderRelease(kubernetes, leastKubernetes), 'kubernetes-old', () => ({
    evidence: evidenceOf('the API server', '/version', kubernetes),
    sentence: `the API server is ${kubernetes}, and Serval's definitions need ${leastKubernetes}`,
  }));
}

/** Definitions of an older release, or of KServe, drop fields that this release writes and reads. */
function checkOwnDefinitions(snapshot: Snapshot, notes: Notes): void {
  const live = notes.read(snapshot.definitions, 'CustomResourceDefinitions');
  const plurals = live.filter(({ spec }) => spec.group === servingGroup).map(({ spec }) => spec.names.plural);
  for (const own of plurals.length > 0 ? crds({ plurals }) : []) {
    const found = live.find(({ metadata }) => metadata.name === own.metadata.name);
    if (!found) continue;
    const missing = own.spec.versions.flatMap((version) => {
      const other = found.spec.versions.find(({ name, served }) => name === version.name && served);
      // What a release no longer serves, or not yet, is told by the check of the definitions.
      if (!other) return [];
      return missingField(version.schema.openAPIV3Schema, other.schema.openAPIV3Schema) ?? [];
    })[0];
    notes.expect(missing === undefined, 'serving-api-other', () => ({
      evidence: evidenceOf(found, 'spec.versions[].schema', `no ${missing}`),
      sentence: `${found.metadata.name} has no field ${missing}: it is of another release, or of KServe`,
      fix: { command: 'serval install', safe: false },
    }));
  }
}

/** The first property of `own` that `other` lacks, with dots between names. What is kept open has any. */
function missingField(own: StructuralSchema, other: StructuralSchema | undefined, path = ''): string | undefined {
  if (!other) return path;
  if (other['x-kubernetes-preserve-unknown-fields'] || other.additionalProperties !== undefined) return undefined;
  if (own.items) return missingField(own.items as StructuralSchema, other.items as StructuralSchema | undefined, path);
  for (const [name, inner] of Object.entries(own.properties ?? {})) {
    const missing = missingField(inner, other.properties?.[name], path === '' ? name : `${path}.${name}`);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function checkImplementation(snapshot: Snapshot, notes: Notes): void {
  const found = gatewayClassIn(snapshot);
  if (!found) {
    notes.notChecked('there is no GatewayClass whose controller could be looked at');
    return;
  }
  const supported = findCondition(found.status?.conditions, 'SupportedVersion');
  if (supported) {
    const saying = sayingOf(found, found.status?.conditions, 'SupportedVersion');
    notes.expect(supported.status !== 'False', 'gateway-api-unsupported', () => ({
      evidence: evidenceOf(found, 'status.conditions[SupportedVersion]', saying),
      sentence: `${found.spec.controllerName} does not support the installed definitions of the Gateway API: ${saying}`,
    }));
  }
  const implementation = implementationOf(found.spec.controllerName);
  const known = knownReleases.find(({ id }) => id === implementation?.id);
  if (!implementation || !known) return;
  const release = releaseOf(known, snapshot);
  if (release) checkRelease(implementation, known, release, snapshot, notes);
  else notes.notChecked(`which release of ${implementation.product} runs is not known`);
}

/** As the class says, else as the image of its controller is called. */
function releaseOf(known: KnownReleases, snapshot: Snapshot): string | undefined {
  const said = gatewayClassIn(snapshot)?.metadata.labels?.['app.kubernetes.io/version'];
  if (said) return said;
  const images = itemsOf(snapshot.gatewayControllers).flatMap(({ spec }) =>
    spec.template.spec.containers.map(({ image = '' }) => image),
  );
  return images.flatMap((image) => releaseOfImage(known, image) ?? [])[0];
}

function checkRelease(
  { product }: Implementation,
  known: KnownReleases,
  release: string,
  snapshot: Snapshot,
  notes: Notes,
): void {
  const installed = itemsOf(snapshot.definitions).filter(({ spec }) => spec.group === gatewayApiGroup);
  const api = bundleOf(installed);
  const about = `${product} ${release}`;
  for (const { definition, api: least, source } of needsOf(known, release)) {
    const serves = definition ? isServed(installed, definition) : !(api && least && isOlderRelease(api, least));
    const what = definition ? `${definition.kind} ${definition.version}` : `the Gateway API v${least}`;
    // A definition that may be there, and was not read, is not said to be missing.
    if (definition && !isWhole(snapshot.definitions)) continue;
    notes.expect(serves, 'gateway-release-unfit', () => ({
      evidence: evidenceOf(
        'CustomResourceDefinitions of the Gateway API',
        'spec.versions',
        api ?? 'of unknown release',
      ),
      sentence: `${about} does not work without ${what}, which is not installed (${source})`,
    }));
  }
  const tried = shownFor(known, release);
  if (!tried) return;
  if (api) {
    notes.expect(!isOlderRelease(api, tried.api), 'gateway-release-unproven', () => ({
      evidence: evidenceOf('CustomResourceDefinitions of the Gateway API', bundleVersionAnnotation, api),
      sentence: `${about} is shown to work with the Gateway API v${tried.api} and newer, and ${api} is installed (${known.source})`,
    }));
  }
  const [kubernetes] = itemsOf(snapshot.kubernetes);
  const { kubernetes: least } = tried;
  if (!kubernetes || !least) return;
  notes.expect(!isOlderRelease(kubernetes, least), 'gateway-release-unproven', () => ({
    evidence: evidenceOf('the API server', '/version', kubernetes),
    sentence: `${about} is documented for Kubernetes ${least} and newer, and this is ${kubernetes} (${known.source})`,
  }));
}

function isServed(
  installed: readonly CustomResourceDefinition[],
  { plural, version }: { plural: string; version: string },
): boolean {
  const found = installed.find(({ spec }) => spec.names.plural === plural);
  return found?.spec.versions.some(({ name, served }) => name === version && served) ?? false;
}

function bundleOf(installed: readonly CustomResourceDefinition[]): string | undefined {
  return installed.find(({ spec }) => spec.names.kind === 'HTTPRoute')?.metadata.annotations?.[bundleVersionAnnotation];
}

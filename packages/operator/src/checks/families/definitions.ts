import type { CustomResourceDefinition } from '@serval/api';
import { findCondition, gatewayClasses, gateways, httpRoutes, type KubeObject } from '@serval/kube/objects';
import type { ServingConfig } from '../../config/serving-config.ts';
import { fieldOfFeature, type GatewayFeature } from '../../gateway/features.ts';
import {
  bundleVersionAnnotation,
  channelAnnotation,
  gatewayApiGroup,
  hasField,
  readGatewayApi,
} from '../../gateway/installed-api.ts';
import { evidenceOf } from '../describe.ts';
import type { Check, Notes } from '../notes.ts';
import { configIn, gatewayApiOff, gatewayClassIn, gatewayIn, usesGatewayApi } from '../settings.ts';
import type { Snapshot } from '../snapshot.ts';
import { fieldPathsOf } from './applied-fields.ts';

/** Since then the standard channel has `HTTPRoute.rules[].timeouts` and `Gateway.spec.infrastructure`. */
const oldest = [1, 2] as const;
const install =
  'kubectl apply --server-side -f https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.4.1/standard-install.yaml';

const servingPlurals = ['inferenceservices', 'servingruntimes', 'clusterservingruntimes'];
const gatewayPlurals = [gatewayClasses, gateways, httpRoutes].map(({ plural }) => plural);
/** Of HTTPRoute, what every release has, and Serval cannot do without. */
const corePaths = [
  'spec.parentRefs',
  'spec.hostnames',
  'spec.rules.matches.path',
  'spec.rules.filters.requestHeaderModifier',
  'spec.rules.backendRefs',
];
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Definitions: there, served, of one release, and with every field that is written. */
export const definitionsCheck: Check = {
  name: 'definitions',
  run(snapshot, notes) {
    const all = notes.read(snapshot.definitions, 'CustomResourceDefinitions');
    if ('unread' in snapshot.definitions) return;
    for (const plural of servingPlurals) checkServing(all, plural, notes);
    if (!usesGatewayApi(snapshot)) return notes.notChecked(gatewayApiOff);
    const present = gatewayPlurals.map((plural) => checkGatewayApi(all, plural, notes));
    const ofGatewayApi = all.filter(({ spec }) => spec.group === gatewayApiGroup);
    checkBundle(ofGatewayApi, notes);
    checkWrittenFields(present[2], snapshot, notes);
    checkDropped(all, snapshot, notes);
  },
};

function checkServing(all: readonly CustomResourceDefinition[], plural: string, notes: Notes): void {
  const name = `${plural}.serving.kserve.io`;
  const found = all.find(({ metadata }) => metadata.name === name);
  const served = found?.spec.versions.some((version) => version.served && version.storage) ?? false;
  notes.expect(served, 'serving-api-missing', () => ({
    evidence: evidenceOf(
      `CustomResourceDefinition ${name}`,
      'spec.versions',
      found?.spec.versions.map((v) => v.name),
    ),
    sentence: found ? `${name} serves no stored version` : `${name} is not defined in this cluster`,
    fix: { command: 'serval install', safe: false },
  }));
}

function checkGatewayApi(
  all: readonly CustomResourceDefinition[],
  plural: string,
  notes: Notes,
): CustomResourceDefinition | undefined {
  const name = `${plural}.${gatewayApiGroup}`;
  const found = all.find(({ metadata }) => metadata.name === name);
  const fix = { command: install, safe: false };
  const there = notes.expect(found !== undefined, 'gateway-api-missing', () => ({
    evidence: evidenceOf(`CustomResourceDefinition ${name}`, 'metadata.name', undefined),
    sentence: `${name} is not defined in this cluster: no route can be made`,
    fix,
  }));
  if (!there || !found) return undefined;
  const established = findCondition(found.status?.conditions, 'Established');
  const served = found.spec.versions.filter((version) => version.served).map((version) => version.name);
  notes.expect(served.includes('v1') && established?.status === 'True', 'gateway-api-unserved', () => ({
    evidence: served.includes('v1')
      ? evidenceOf(found, 'status.conditions[Established]', established?.status ?? 'absent')
      : evidenceOf(found, 'spec.versions', served),
    sentence: served.includes('v1')
      ? `${name} is not established: ${established?.message ?? 'the API server has not said so'}`
      : `${name} serves ${served.join(', ') || 'nothing'}, and Serval needs v1`,
    fix,
  }));
  return found;
}

function checkBundle(found: readonly CustomResourceDefinition[], notes: Notes): void {
  const labelled = found.filter(({ metadata }) => metadata.annotations?.[bundleVersionAnnotation]);
  const [first] = labelled;
  if (!first) {
    notes.notChecked('the Gateway API definitions do not tell their release');
    return;
  }
  const releaseOf = ({ metadata }: KubeObject) =>
    `${metadata.annotations?.[bundleVersionAnnotation]} ${metadata.annotations?.[channelAnnotation] ?? ''}`.trim();
  const other = labelled.find((definition) => releaseOf(definition) !== releaseOf(first));
  notes.expect(other === undefined, 'gateway-api-mixed', () => ({
    evidence: evidenceOf(other ?? first, `metadata.annotations[${bundleVersionAnnotation}]`, releaseOf(other ?? first)),
    sentence: `${other?.metadata.name} is of ${releaseOf(other ?? first)}, and ${first.metadata.name} of ${releaseOf(first)}`,
    fix: { command: install, safe: false },
  }));
  const old = labelled.find((definition) => isOld(definition.metadata.annotations?.[bundleVersionAnnotation] ?? ''));
  notes.expect(old === undefined, 'gateway-api-old', () => ({
    evidence: evidenceOf(old ?? first, `metadata.annotations[${bundleVersionAnnotation}]`, releaseOf(old ?? first)),
    sentence: `the Gateway API definitions are of ${releaseOf(old ?? first)}; their standard channel has timeouts of routes and spec.infrastructure of Gateways from v1.2 on`,
    fix: { command: install, safe: false },
  }));
}

function isOld(version: string): boolean {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) < oldest[0] || (Number(major) === oldest[0] && Number(minor) < oldest[1]);
}

function checkWrittenFields(httpRoute: CustomResourceDefinition | undefined, snapshot: Snapshot, notes: Notes): void {
  if (!httpRoute) return;
  const api = readGatewayApi([httpRoute]);
  for (const path of [...corePaths, ...wantedPaths(configIn(snapshot))]) {
    notes.expect(hasField(api, 'HTTPRoute', path.split('.')), 'field-unserved', () => ({
      evidence: evidenceOf(httpRoute, `spec.versions[v1].schema ${path}`, undefined),
      sentence: `HTTPRoutes have no field ${path} here, so what services ask for there is not written`,
      fix: { command: install, safe: false },
    }));
  }
}

/** Of HTTPRoute, what the configuration asks for beyond that. */
function wantedPaths({ ingress }: ServingConfig): string[] {
  const wanted: GatewayFeature[] = [
    ...(ingress.disableHTTPRouteTimeout ? [] : ['HTTPRouteRequestTimeout' as const]),
    ...(ingress.pathTemplate ? ['HTTPRoutePathRewrite' as const] : []),
  ];
  return wanted.flatMap((feature) => fieldOfFeature[feature]?.path.join('.') ?? []);
}

/** What kubectl says was applied last, against what the definition of the kind knows. */
function checkDropped(all: readonly CustomResourceDefinition[], snapshot: Snapshot, notes: Notes): void {
  for (const object of [gatewayIn(snapshot), gatewayClassIn(snapshot)]) {
    const text = object?.metadata.annotations?.[lastApplied];
    const definition = all.find(({ spec }) => spec.group === gatewayApiGroup && spec.names.kind === object?.kind);
    if (!object || !text || !definition) continue;
    const api = readGatewayApi([definition]);
    const dropped: string[] = [];
    for (const path of fieldPathsOf(text)) {
      // What is inside of a dropped field went with it.
      if (dropped.some((outer) => path.startsWith(`${outer}.`))) continue;
      const kept = notes.expect(hasField(api, object.kind ?? '', path.split('.')), 'field-dropped', () => ({
        evidence: evidenceOf(object, path, 'applied, and not stored'),
        sentence: `${path} was applied, and the installed definition (${definition.metadata.annotations?.[bundleVersionAnnotation] ?? 'of unknown release'}) does not know it, so it was dropped`,
        fix: { command: install, safe: false },
      }));
      if (!kept) dropped.push(path);
    }
  }
}

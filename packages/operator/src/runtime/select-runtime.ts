import type { ClusterServingRuntime, FailureInfo, ModelSpec, ServingRuntime, ServingRuntimeSpec } from '@serval/api';

export interface RuntimeCandidates {
  /** Of the service's namespace. */
  readonly namespaced: readonly ServingRuntime[];
  readonly cluster: readonly ClusterServingRuntime[];
}

export interface SelectedRuntime {
  readonly name: string;
  readonly scope: 'namespace' | 'cluster';
  readonly spec: ServingRuntimeSpec;
  /** The service's, or the first protocol of the runtime. */
  readonly protocolVersion: string;
}

/** Why nothing can serve a model, in the words of `modelStatus.lastFailureInfo`. */
export class RuntimeSelectionError extends Error {
  override readonly name = 'RuntimeSelectionError';
  readonly reason: NonNullable<FailureInfo['reason']>;
  /** Of the condition, where `modelStatus`, whose reasons are a closed list, has none so plain. */
  readonly conditionReason: string | undefined;

  constructor(reason: NonNullable<FailureInfo['reason']>, message: string, conditionReason?: string) {
    super(message);
    this.reason = reason;
    this.conditionReason = conditionReason;
  }
}

/** Written oldest first; a runtime that lists several counts as its oldest (KServe's GetProtocolVersionPriority). */
const protocolAge = ['v1', 'v2', 'grpc-v1', 'grpc-v2'];

/**
 * The runtime that serves a model (KServe's rules). Named: the namespace's, then the cluster's, and it must fit. Not
 * named: of those that fit by format, version, protocol and `autoSelect`, and have workers where the service wants some and none where
 * it does not, the namespace's before the cluster's; by priority (unset last), then protocol age, newest, name.
 *
 * @throws RuntimeSelectionError
 */
export function selectRuntime(model: ModelSpec, candidates: RuntimeCandidates, multiNode = false): SelectedRuntime {
  return model.runtime
    ? namedRuntime(model, model.runtime, candidates)
    : automaticRuntime(model, candidates, multiNode);
}

function namedRuntime(model: ModelSpec, name: string, candidates: RuntimeCandidates): SelectedRuntime {
  const namespaced = candidates.namespaced.find(({ metadata }) => metadata.name === name);
  const found = namespaced ?? candidates.cluster.find(({ metadata }) => metadata.name === name);
  if (!found) {
    throw new RuntimeSelectionError(
      'RuntimeNotRecognized',
      `no ServingRuntime or ClusterServingRuntime is named ${name}; there are ${listNames(candidates)}`,
    );
  }
  if (found.spec.disabled) throw new RuntimeSelectionError('RuntimeDisabled', `the runtime ${name} is disabled`);
  if (model.protocolVersion && !speaks(found.spec, model.protocolVersion)) {
    throw new RuntimeSelectionError(
      'NoSupportingRuntime',
      `the runtime ${name} does not speak protocol ${model.protocolVersion}; it speaks ${protocolsOf(found.spec).join(', ')}`,
    );
  }
  if (!supports(found.spec, model, false)) {
    throw new RuntimeSelectionError(
      'NoSupportingRuntime',
      `the runtime ${name} does not serve ${formatLabel(model)}; it serves ${formatsOf([found.spec])}`,
    );
  }
  return selected(found, namespaced ? 'namespace' : 'cluster', model);
}

function automaticRuntime(model: ModelSpec, candidates: RuntimeCandidates, multiNode: boolean): SelectedRuntime {
  const protocol = model.protocolVersion ?? 'v1';
  for (const scope of ['namespace', 'cluster'] as const) {
    const list: readonly (ServingRuntime | ClusterServingRuntime)[] =
      scope === 'namespace' ? candidates.namespaced : candidates.cluster;
    const [best] = list
      .filter(({ spec }) => isEligible(spec, multiNode))
      .filter(({ spec }) => supports(spec, model, true) && speaks(spec, protocol))
      .sort((a, b) => compareRuntimes(a, b, model.modelFormat.name));
    if (best) return selected(best, scope, model);
  }
  throw new RuntimeSelectionError('NoSupportingRuntime', explainNone(model, protocol, candidates, multiNode));
}

function isEligible({ disabled, multiModel, workerSpec }: ServingRuntimeSpec, multiNode: boolean): boolean {
  return !disabled && !multiModel && (workerSpec !== undefined) === multiNode;
}

function selected(
  { metadata, spec }: ServingRuntime | ClusterServingRuntime,
  scope: SelectedRuntime['scope'],
  model: ModelSpec,
): SelectedRuntime {
  return { name: metadata.name ?? '', scope, spec, protocolVersion: model.protocolVersion ?? oldestProtocol(spec) };
}

function supports(spec: ServingRuntimeSpec, { modelFormat }: ModelSpec, needsAutoSelect: boolean): boolean {
  return (spec.supportedModelFormats ?? []).some(
    (format) =>
      format.name === modelFormat.name &&
      (modelFormat.version === undefined || format.version === modelFormat.version) &&
      (!needsAutoSelect || format.autoSelect === true),
  );
}

function protocolsOf(spec: ServingRuntimeSpec): string[] {
  return spec.protocolVersions ?? [];
}

/** A runtime that names no protocol is taken to speak them all (KServe's IsProtocolVersionSupported). */
function speaks(spec: ServingRuntimeSpec, protocol: string): boolean {
  return protocolsOf(spec).length === 0 || protocolsOf(spec).includes(protocol);
}

function oldestProtocol(spec: ServingRuntimeSpec): string {
  return protocolsOf(spec).toSorted((a, b) => ageOf(a) - ageOf(b))[0] ?? 'v1';
}

/** Whoever names no protocol comes last (KServe's GetProtocolVersionPriority). */
function protocolRank(spec: ServingRuntimeSpec): number {
  return protocolsOf(spec).length === 0 ? protocolAge.length + 1 : ageOf(oldestProtocol(spec));
}

function ageOf(protocol: string): number {
  const index = protocolAge.indexOf(protocol);
  return index < 0 ? protocolAge.length : index;
}

function priorityOf(spec: ServingRuntimeSpec, format: string): number {
  const found = spec.supportedModelFormats?.find(({ name, priority }) => name === format && priority !== undefined);
  return found?.priority ?? Number.NEGATIVE_INFINITY;
}

type Runtime = ServingRuntime | ClusterServingRuntime;

function compareRuntimes(a: Runtime, b: Runtime, format: string): number {
  const byPriority = comparable(priorityOf(b.spec, format), priorityOf(a.spec, format));
  if (byPriority !== 0) return byPriority;
  const byProtocol = protocolRank(a.spec) - protocolRank(b.spec);
  if (byProtocol !== 0) return byProtocol;
  const byAge = (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '');
  return byAge !== 0 ? byAge : (a.metadata.name ?? '').localeCompare(b.metadata.name ?? '');
}

function comparable(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function formatLabel({ modelFormat }: ModelSpec): string {
  return modelFormat.version === undefined ? modelFormat.name : `${modelFormat.name} ${modelFormat.version}`;
}

function explainNone(
  model: ModelSpec,
  protocol: string,
  { namespaced, cluster }: RuntimeCandidates,
  multiNode: boolean,
): string {
  const all: readonly Runtime[] = [...namespaced, ...cluster];
  if (all.length === 0) return `no runtime is installed that could serve ${formatLabel(model)}`;
  const byFormat = all.filter(({ spec }) => supports(spec, model, false));
  if (byFormat.length === 0) {
    return `no runtime serves the format ${formatLabel(model)}; the runtimes serve ${formatsOf(all.map(({ spec }) => spec))}`;
  }
  const selectable = byFormat.filter(({ spec }) => !spec.disabled && !spec.multiModel && supports(spec, model, true));
  const usable = selectable.filter(({ spec }) => isEligible(spec, multiNode));
  const names = (list: readonly Runtime[]) => list.map(({ metadata }) => metadata.name).join(', ');
  if (selectable.length > 0 && usable.length === 0) {
    const [has, wants] = multiNode ? ['no', 'wants some'] : ['a', 'wants none'];
    return `${names(selectable)} could serve ${formatLabel(model)}, but has ${has} workerSpec, and the service ${wants}`;
  }
  if (usable.length === 0) {
    return `${names(byFormat)} could serve ${formatLabel(model)}, but none is enabled and has autoSelect; name one in model.runtime`;
  }
  return `no runtime serves ${formatLabel(model)} with protocol ${protocol}; ${names(usable)} speaks ${[...new Set(usable.flatMap(({ spec }) => protocolsOf(spec)))].join(', ')}`;
}

function formatsOf(specs: readonly ServingRuntimeSpec[]): string {
  const formats = new Set(specs.flatMap((spec) => (spec.supportedModelFormats ?? []).map(({ name }) => name)));
  return formats.size > 0 ? [...formats].sort().join(', ') : 'no format';
}

function listNames({ namespaced, cluster }: RuntimeCandidates): string {
  const names = [...new Set([...namespaced, ...cluster].map(({ metadata }) => metadata.name ?? ''))].sort();
  return names.length > 0 ? names.join(', ') : 'none';
}

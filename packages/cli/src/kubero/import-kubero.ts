import { checkObject, type InferenceService, type Pipeline, reservedNamespaceProblem } from '@serval/api';
import { checkDns1123Label, type KubeObject, type Secret } from '@serval/kube/objects';
import { convertApp } from './convert-app.ts';
import { convertPipeline } from './convert-pipeline.ts';
import { type ImportNote, notesOn } from './note.ts';
import type { KuberoObject } from './read-kubero.ts';

export interface KuberoImport {
  namespaces: KubeObject[];
  pipelines: Pipeline[];
  services: InferenceService[];
  /** The only objects with secret content. */
  secrets: Secret[];
  notes: ImportNote[];
}

/**
 * What Serval has in the place of Kubero's pipelines and apps. What cannot be taken over is noted, whole objects too; what is answered is
 * valid. Pure.
 *
 * @param namespace  of the pipelines; default: one of the pipeline's own, by its name
 * @param notes      of reading, which these are added to
 */
export function importKubero(
  objects: readonly KuberoObject[],
  namespace: string | undefined,
  notes: ImportNote[],
): KuberoImport {
  const result: KuberoImport = { namespaces: [], pipelines: [], services: [], secrets: [], notes };
  const places = new Set<string>();
  const stages = new Set<string>();
  for (const object of objects.filter(({ kind }) => kind === 'KuberoPipeline')) {
    const on = notesOn(object.where, notes);
    const place = namespace ?? object.name;
    const nameProblem = checkDns1123Label(object.name) ?? checkDns1123Label(place) ?? reservedNamespaceProblem(place);
    if (nameProblem) {
      on.refused(`its name, or the namespace for it, ${nameProblem}; name another one with -n`);
      continue;
    }
    if (result.pipelines.some(({ metadata }) => metadata.name === object.name && metadata.namespace === place)) {
      on.refused('is there twice; the first one was taken');
      continue;
    }
    const { pipeline, secrets } = convertPipeline(object, place, on);
    const twice = pipeline.spec.stages.find((stage) => stages.has(stage.namespace));
    const problems = twice ? [`namespace ${twice.namespace} is a stage of another pipeline`] : problemsOf(pipeline);
    if (pipeline.spec.stages.length === 0) problems.splice(0, problems.length, 'none of its phases can become a stage');
    if (problems.length > 0) {
      on.refused(problems.join('; '));
      continue;
    }
    result.pipelines.push(pipeline);
    places.add(place);
    for (const stage of pipeline.spec.stages) stages.add(stage.namespace);
    result.secrets.push(...secrets);
  }
  for (const object of objects.filter(({ kind }) => kind === 'KuberoApp')) {
    const on = notesOn(object.where, notes);
    const app = convertApp(object, on);
    if (!app) continue;
    const { service, secrets } = app;
    const place = service.metadata.namespace ?? '';
    const problems = problemsOf(service);
    if (checkDns1123Label(place)) problems.push('its pipeline and phase make no name of a namespace');
    if (result.services.some(({ metadata }) => metadata.name === object.name && metadata.namespace === place)) {
      problems.push('is there twice; the first one was taken');
    }
    if (problems.length > 0) {
      on.refused(problems.join('; '));
      continue;
    }
    if (!stages.has(place))
      on.left(`its phase is no stage of what is imported; namespace ${place} is made all the same`);
    places.add(place);
    result.services.push(service);
    result.secrets.push(...secrets);
  }
  result.namespaces = [...new Set([...places, ...stages])].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  return result;
}

/** Fields and reasons; values of the file are not repeated. */
function problemsOf(object: KubeObject): string[] {
  return checkObject(object).errors.map(({ path, message }) => `${path} ${message.replace(/; got .*$/s, '')}`);
}

import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readObject, readText } from '../../../../schema/lenient.ts';
import { validateEnvironments } from '../../../blocked-environment.ts';
import { gpuResourcesOf, validateHeadContainer, validateWorkerSpec } from '../../../multi-node.ts';
import { autoscalerClassAnnotation } from '../annotations.ts';
import type { InferenceService } from '../types.ts';
import { annotationsOf } from './annotations.ts';

/** Sources that several Pods can read without fetching the model each for itself. */
const sharedSchemes: readonly string[] = ['pvc', 'oci'];

/** One model on several nodes (KServe's validateMultiNodeVariables). */
export function validateMultiNode(service: InferenceService, errors: FieldErrors): void {
  const predictor = readObject(service.spec.predictor);
  const worker = readObject(predictor?.workerSpec);
  if (!predictor || !worker) return;
  const path = 'spec.predictor';
  const annotations = annotationsOf(service);
  const gpus = gpuResourcesOf(annotations, errors);
  validateWorkerSpec(`${path}.workerSpec`, worker, gpus, errors);
  validateEnvironments(`${path}.workerSpec.containers`, worker.containers, errors);
  validateEnvironments(`${path}.workerSpec.initContainers`, worker.initContainers, errors);
  const model = readObject(predictor.model);
  if (!model) return;
  validateHeadContainer(`${path}.model`, model, gpus, errors);
  const uri = readText(model.storageUri);
  const scheme = uri?.split('://', 1)[0] ?? '';
  if (uri === undefined) {
    errors.required(`${path}.model.storageUri`, 'must be set with workerSpec, and start with pvc:// or oci://');
  } else if (!sharedSchemes.includes(scheme)) {
    errors.invalid(
      `${path}.model.storageUri`,
      `must start with pvc:// or oci:// with workerSpec, as all Pods read it; got ${scheme}://`,
    );
  }
  const autoscaler = annotations[autoscalerClassAnnotation];
  if (autoscaler !== 'none') {
    errors.invalid(
      `metadata.annotations[${autoscalerClassAnnotation}]`,
      `must be none with workerSpec, as the number of Pods is fixed; got ${JSON.stringify(autoscaler ?? '')}`,
    );
  }
}

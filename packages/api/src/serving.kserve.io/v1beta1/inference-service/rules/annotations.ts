import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readObject, readText, readTexts } from '../../../../schema/lenient.ts';
import {
  autoscalerClassAnnotation,
  autoscalerClasses,
  deploymentModeAnnotation,
  deploymentModes,
  presentModeName,
} from '../annotations.ts';
import type { InferenceService } from '../types.ts';

const path = (key: string) => `metadata.annotations[${key}]`;

/** Known autoscaler and mode; a mode that a service once runs in stays, under either of its names (KServe). */
export function validateAnnotations(
  service: InferenceService,
  old: InferenceService | undefined,
  errors: FieldErrors,
): void {
  const annotations = annotationsOf(service);
  const autoscaler = annotations[autoscalerClassAnnotation];
  if (autoscaler !== undefined && !(autoscalerClasses as readonly string[]).includes(autoscaler)) {
    errors.unsupported(path(autoscalerClassAnnotation), autoscaler, autoscalerClasses);
  }
  const mode = annotations[deploymentModeAnnotation];
  if (mode === undefined) return;
  if (!(deploymentModes as readonly string[]).includes(mode)) {
    errors.unsupported(path(deploymentModeAnnotation), mode, deploymentModes);
    return;
  }
  const settled = readText(readObject(old?.status)?.deploymentMode);
  if (settled && presentModeName(settled) !== presentModeName(mode)) {
    errors.forbidden(
      path(deploymentModeAnnotation),
      `must stay ${presentModeName(settled)}, which the service runs in; got ${mode}`,
    );
  }
}

/** The annotations of a service that are texts. */
export function annotationsOf({ metadata }: InferenceService): Readonly<Record<string, string>> {
  return readTexts(readObject(metadata)?.annotations);
}

/** Annotations of an InferenceService that users set, as KServe names them. */
export const deploymentModeAnnotation = 'serving.kserve.io/deploymentMode';
export const autoscalerClassAnnotation = 'serving.kserve.io/autoscalerClass';
export const stopAnnotation = 'serving.kserve.io/stop';
export const visibilityLabel = 'networking.kserve.io/visibility';

/** Old and new names of each mode; both are accepted for ever, since stored objects carry either. */
export const deploymentModes = ['Standard', 'RawDeployment', 'Knative', 'Serverless', 'ModelMesh'] as const;
export const autoscalerClasses = ['hpa', 'keda', 'external', 'none'] as const;
export type AutoscalerClass = (typeof autoscalerClasses)[number];

/** The mode under its present name. */
export function presentModeName(mode: string): string {
  if (mode === 'RawDeployment') return 'Standard';
  return mode === 'Serverless' ? 'Knative' : mode;
}

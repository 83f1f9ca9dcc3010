export { ConfigError, parseServingConfig } from './config/parse-config.ts';
export { serviceDefaults } from './config/service-defaults.ts';
export { configMapName, defaultServingConfig, type S3Config, type ServingConfig } from './config/serving-config.ts';
export { capabilitiesOf, type GatewayCapabilities } from './gateway/capabilities.ts';
export { readGatewayApi } from './gateway/installed-api.ts';
export { type CallWebhook, createCallOverTls, type ResolveService } from './health/call-over-tls.ts';
export { describeRequest } from './health/describe-request.ts';
export type { Failure } from './health/explain-failure.ts';
export { readConditions, readHealthConfigMap, type WebhookHealth } from './health/health-report.ts';
export { createMetrics, type Metrics } from './health/metrics.ts';
export { startWebhookHealth } from './health/start-webhook-health.ts';
export type { Component } from './inference-service/render/component.ts';
export {
  type Rendered,
  type RenderInput,
  renderInferenceService,
} from './inference-service/render/render-inference-service.ts';
export { type FlagValues, operatorHelp, parseOperatorFlags } from './program/parse-flags.ts';
export { type RunningOperator, type RunOperatorOptions, runOperator } from './program/run-operator.ts';
export {
  type RuntimeCandidates,
  RuntimeSelectionError,
  type SelectedRuntime,
  selectRuntime,
} from './runtime/select-runtime.ts';
export { type Operator, type OperatorOptions, startOperator } from './start-operator.ts';
export * from './webhooks/admission-review.ts';
export * from './webhooks/conversion-review.ts';
export type { Webhooks } from './webhooks/dispatch.ts';
export { type ServeWebhooksOptions, serveWebhooks, type WebhookServer } from './webhooks/serve-webhooks.ts';

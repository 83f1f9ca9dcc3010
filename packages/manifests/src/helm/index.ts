export { type ChartName, chartFolder, chartNames } from './chart.ts';
export { variantValues } from './chart-values.ts';
export { keepAnnotation } from './crds-parameters.ts';
export { generateCharts } from './generate-charts.ts';
export { releaseSecretBytes, secretLimitBytes } from './release-secret.ts';
export { type ChartRelease, renderChart, renderNotes, renderTemplates } from './render.ts';

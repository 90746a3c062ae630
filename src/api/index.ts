export type { ApiDeps, ApiSettings, Health } from './deps.ts'
export { buildApi } from './server.ts'
export { basePath } from './site.ts'

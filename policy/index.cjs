// Pulumi's CLI starts a pack with require and compiles TypeScript by an old compiler of its own; tsx takes its place.
const { register } = require('tsx/cjs/api')

register()
require('./pack.ts')

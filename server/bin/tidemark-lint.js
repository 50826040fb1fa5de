#!/usr/bin/env node
// In the repository the sources run as they are; a published package holds only what was built from them.
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

// Before anything is loaded that it could keep.
module.enableCompileCache?.()
const source = new URL('../src/cli.ts', import.meta.url)
const built = new URL('../dist/bundle/cli.mjs', import.meta.url)
const door = process.features.typescript && existsSync(source) ? source : built
process.argv[1] = fileURLToPath(door)
await import(door.href)

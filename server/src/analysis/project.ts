/** What the analysis asks of the files around the one it looks at. */
import type { Module } from '../facts/code.ts'
import type { Link } from './linker.ts'

export interface Project {
  /** `undefined`: not there, too large, or not a language we read. */
  module(path: string): Module | undefined
  link(specifier: string, from: string): Link
}

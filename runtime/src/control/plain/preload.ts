/**
 * As `register.ts`, for `node --require`: bundled into one CommonJS file, which the extension carries.
 *
 * Why not `--import` there: it makes Node load the program itself through the ESM loader, and a CommonJS program that
 * `ts-node/register` compiles is refused by its extension then. An older Node does not know the option at all.
 */
import { controlSocketVariable } from '../../protocol.ts'
import { hookKafkajs } from './hook.ts'

if (process.env[controlSocketVariable]) hookKafkajs(process.env)

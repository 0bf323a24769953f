/** Checks the description of the API against the rules of OpenAPI: `node openapi.mjs URL`. */
import { Validator } from '@seriousme/openapi-schema-validator'

const [url = ''] = process.argv.slice(2)
const validator = new Validator()
const { valid, errors = [] } = await validator.validate(await (await fetch(url)).json())
console.log(JSON.stringify({ version: validator.version, valid, errors }))

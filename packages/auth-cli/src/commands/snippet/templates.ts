// The same authenticated call in each language and tool. The secret is read where the program runs, and is in none of them.

import { quote } from '../../output/shell.ts'

/** How a server is called: by its family. */
export type Family = 'v1' | 'v2' | 'v3'

/** What a snippet is written for. */
export interface Call {
  readonly family: Family
  /** Of the server, without a slash at its end. */
  readonly base: string
}

const PATHS: Readonly<Record<Family, string>> = {
  v1: '/query?q=SHOW+DATABASES',
  v2: '/api/v2/buckets',
  v3: '/api/v3/configure/database?format=json',
}
const TOKEN = ['INFLUX_TOKEN']
const USER = ['INFLUX_USERNAME', 'INFLUX_PASSWORD']

const needsOf = (family: Family) => (family === 'v1' ? USER : TOKEN)
const wordOf = (family: Family) => (family === 'v3' ? 'Bearer' : 'Token')

/** For JavaScript, Python, Go, Flux, TOML and YAML alike: what JSON escapes, all of them read. An address has no $ in it. */
const literal = (text: string) => JSON.stringify(text)

function curl({ family, base }: Call): string {
  const url = quote(base + PATHS[family])
  // By a pipe: an argument would be seen by every user of the machine. printf is the shell's own.
  return family === 'v1'
    ? `basic=$(printf %s "$INFLUX_USERNAME:$INFLUX_PASSWORD" | base64 | tr -d '\\n')
printf 'Authorization: Basic %s\\n' "$basic" |
  curl --fail-with-body --silent --show-error --header @- ${url}`
    : `printf 'Authorization: ${wordOf(family)} %s\\n' "$INFLUX_TOKEN" |
  curl --fail-with-body --silent --show-error --header @- ${url}`
}

function fluxScript({ family, base }: Call): string {
  const [user, key] =
    family === 'v1' ? ['secrets.get(key: "INFLUX_USERNAME")', 'INFLUX_PASSWORD'] : ['"token"', 'INFLUX_TOKEN']
  return `import "http"
import "http/requests"
import "influxdata/influxdb/secrets"

response =
    requests.get(
        url: ${literal(`${base}/query?q=SHOW+DATABASES`)},
        headers: ["Authorization": http.basicAuth(u: ${user}, p: secrets.get(key: "${key}"))],
    )

requests.peek(response: response)`
}

function fetchScript({ family, base }: Call): string {
  const value =
    family === 'v1'
      ? "'Basic ' + Buffer.from([process.env.INFLUX_USERNAME, process.env.INFLUX_PASSWORD].join(':')).toString('base64')"
      : `\`${wordOf(family)} \${process.env.INFLUX_TOKEN}\``
  return `const response = await fetch(${literal(base + PATHS[family])}, {
  headers: { authorization: ${value} },
})
if (!response.ok) throw new Error(\`\${response.status} \${await response.text()}\`)
console.log(await response.json())`
}

function jsClient({ base }: Call): string {
  return `import { InfluxDB } from '@influxdata/influxdb-client'

const influx = new InfluxDB({ url: ${literal(base)}, token: process.env.INFLUX_TOKEN })
const rows = await influx.getQueryApi(process.env.INFLUX_ORG).collectRows('buckets()')
console.log(rows.map(({ name }) => name))`
}

function python({ family, base }: Call): string {
  if (family === 'v2') {
    return `import os

from influxdb_client import InfluxDBClient

with InfluxDBClient(url=${literal(base)}, token=os.environ["INFLUX_TOKEN"]) as client:
    for bucket in client.buckets_api().find_buckets().buckets:
        print(bucket.name)`
  }
  const value =
    family === 'v1'
      ? `pair = os.environ["INFLUX_USERNAME"] + ":" + os.environ["INFLUX_PASSWORD"]
authorization = "Basic " + base64.b64encode(pair.encode()).decode()`
      : 'authorization = "Bearer " + os.environ["INFLUX_TOKEN"]'
  return `${family === 'v1' ? 'import base64\n' : ''}import json
import os
import urllib.request

${value}
request = urllib.request.Request(${literal(base + PATHS[family])}, headers={"Authorization": authorization})
with urllib.request.urlopen(request) as response:
    print(json.load(response))`
}

function go({ family, base }: Call): string {
  const set =
    family === 'v1'
      ? 'request.SetBasicAuth(os.Getenv("INFLUX_USERNAME"), os.Getenv("INFLUX_PASSWORD"))'
      : `request.Header.Set("Authorization", "${wordOf(family)} "+os.Getenv("INFLUX_TOKEN"))`
  return `package main

import (
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	request, err := http.NewRequest("GET", ${literal(base + PATHS[family])}, nil)
	if err != nil {
		log.Fatal(err)
	}
	${set}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		log.Fatal(response.Status)
	}
	io.Copy(os.Stdout, response.Body)
}`
}

/** Telegraf puts values in before it reads the file: a quotation mark in one would end the string that it stands in. */
function telegraf({ family, base }: Call): string {
  const value = (name: string) => `'''\${${name}}'''`
  const lines =
    family === 'v1'
      ? `[[outputs.influxdb]]
  urls = [${literal(base)}]
  database = ${value('INFLUX_DATABASE')}
  username = ${value('INFLUX_USERNAME')}
  password = ${value('INFLUX_PASSWORD')}`
      : `[[outputs.influxdb_v2]]
  urls = [${literal(base)}]
  token = ${value('INFLUX_TOKEN')}
  organization = ${value('INFLUX_ORG')}
  bucket = ${value('INFLUX_BUCKET')}`
  return `# No value may end with ', or have ''' in it.\n${lines}`
}

function grafana({ family, base }: Call): string {
  const [json, secure] = {
    v1: ['dbName: $INFLUX_DATABASE\n      httpMode: GET', 'password: $INFLUX_PASSWORD'],
    v2: [
      'version: Flux\n      organization: $INFLUX_ORG\n      defaultBucket: $INFLUX_BUCKET',
      'token: $INFLUX_TOKEN',
    ],
    v3: ['version: SQL\n      dbName: $INFLUX_DATABASE\n      httpMode: POST', 'token: $INFLUX_TOKEN'],
  }[family]
  return `apiVersion: 1
datasources:
  - name: InfluxDB
    type: influxdb
    access: proxy
    url: ${literal(base)}
${family === 'v1' ? '    user: $INFLUX_USERNAME\n' : ''}    jsonData:
      ${json}
    secureJsonData:
      ${secure}`
}

const DATABASE: Readonly<Record<Family, readonly string[]>> = {
  v1: ['INFLUX_DATABASE'],
  v2: ['INFLUX_ORG', 'INFLUX_BUCKET'],
  v3: ['INFLUX_DATABASE'],
}

/** What snippets there are. */
export const LANGUAGES: Readonly<
  Record<
    string,
    {
      readonly words: string
      readonly write: (call: Call) => string
      readonly needs: (family: Family) => readonly string[]
      /** Where it is not for all. */
      readonly families?: readonly Family[]
    }
  >
> = {
  curl: { words: 'a shell, with curl', write: curl, needs: needsOf },
  flux: {
    words: 'a Flux task or query; the secret lies in InfluxDB’s secret store',
    write: fluxScript,
    needs: needsOf,
  },
  fetch: { words: 'JavaScript of Node, without a library', write: fetchScript, needs: needsOf },
  'influxdb-client': {
    words: 'JavaScript with @influxdata/influxdb-client',
    write: jsClient,
    needs: (family) => [...needsOf(family), 'INFLUX_ORG'],
    families: ['v2'],
  },
  python: { words: 'Python; for InfluxDB 2 with influxdb-client', write: python, needs: needsOf },
  go: { words: 'Go, without a library', write: go, needs: needsOf },
  telegraf: {
    words: 'telegraf.conf',
    write: telegraf,
    needs: (family) => [...needsOf(family), ...DATABASE[family === 'v3' ? 'v2' : family]],
  },
  grafana: {
    words: 'a provisioned data source',
    write: grafana,
    needs: (family) => [...needsOf(family), ...DATABASE[family]],
  },
}

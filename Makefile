# Every target only calls; `make` lists them. STACK=lan make preview works on another stack.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
STACK ?= local
export STACK

# The toolchain, the state's place and the passphrase, for one recipe line.
IN = source ops/env.sh &&
PULUMI = $(IN) pulumi

.PHONY: help lab images catalogue stack up preview access tools-lock refresh verify outputs clients admin down env test unit contract e2e test-heavy attack bench check hooks schema clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

lab: ## toolchain, Docker engine and images, official ones where they can be reached
	@bash lab/up

images: ## the images of the whole catalogue as well, those that nobody publishes built from packages
	@LAB_IMAGES=all bash lab/up

catalogue: lab ## the connectors to choose from, and what is known of them
	@$(IN) node ops/catalogue.ts

stack: lab ## make the stack if it is not there
	@$(IN) bash ops/stack.sh

up: stack ## deploy, verify, and make a tool call with a virtual key
	@$(IN) node ops/uncommitted.ts
	@$(IN) node ops/recover.ts
	@$(PULUMI) up --yes --skip-preview
	@$(PULUMI) stack output verification
	@$(IN) node ops/call.ts

preview: stack ## show what `make up` would change
	@$(IN) node ops/uncommitted.ts
	@$(IN) node ops/preview.ts

access: stack ## who may call what, as a table; HTML=1 writes a page
	@$(IN) HTML="$(HTML)" node ops/access.ts

tools-lock: images ## read the servers' tools into tools.lock.json: the catalogue's, and the stack's own
	@$(IN) node ops/tools-lock.ts

refresh: stack ## compare the state with the Docker host, and name what has drifted
	@$(PULUMI) refresh --yes --skip-preview
	@$(IN) node ops/drift.ts

verify: stack ## run the verification again, changing nothing
	@$(IN) node ops/verify.ts --stack

outputs: stack ## the stack's outputs as JSON, secrets shown
	@$(PULUMI) stack output --json --show-secrets

clients: stack ## how to connect each client: KEY=name, SHOW=1 to see the key
	@$(IN) KEY="$(KEY)" SHOW="$(SHOW)" node ops/clients.ts

admin: stack ## the address of LiteLLM's own pages, where gateway.adminPort opens them
	@$(IN) node ops/admin.ts

down: stack ## remove the gateway; its data stays, and where that is gets said
	@$(IN) node ops/recover.ts
	@$(IN) data=$$(pulumi stack output data 2>/dev/null || true) && \
	  pulumi destroy --yes --skip-preview && echo "$$data"

env: ## what a shell needs for plain `pulumi ...`: eval "$$(make -s env)"
	@$(IN) bash ops/print-env.sh

test: images ## unit, contract and e2e tests
	@$(IN) bash ops/test.sh unit contract+e2e

unit: lab ## the quick tests
	@$(IN) bash ops/test.sh unit

contract: images ## what we render, read by the real LiteLLM
	@$(IN) bash ops/test.sh contract

e2e: images ## a whole deployment with real clients
	@$(IN) bash ops/test.sh e2e

test-heavy: images ## load, interruptions and a real Traefik on whole deployments: minutes, not part of make test
	@bash lab/steps/traefik.sh
	@$(IN) bash ops/test.sh heavy

attack: lab ## attack the stack's gateway, or URL=http://host:4000 KEYS=file (- for standard input); ONLY=, MINUTES=
	@$(IN) node ops/attack.ts

bench: images ## timings: PART=stack (beside docker compose), transports, scale, add; all if left out; before BASE=commit
	@$(IN) for part in $(or $(PART),stack transports scale add); do \
	  if [ "$$part" = stack ]; then bash lab/steps/compose.sh; fi; node bench/$$part.ts; done

check: lab ## format, lint, layering, types, dead code, documents, published advisories, shell scripts, Python
	@$(IN) bash ops/check.sh

hooks: lab ## run the quick checks before each commit and push: installs pre-commit and its hooks
	@bash ops/hooks/install.sh

schema: lab ## write schemas/stack-config.json and docs/configuration.md from the configuration's source
	@$(IN) node ops/gen-schema.ts

clean: ## remove what the lab made: toolchain, registry, images
	@bash lab/down

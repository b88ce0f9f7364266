import { readFileSync } from "node:fs";
import { inCheckout } from "../paths.ts";
import type { SecondHost } from "./second-host.ts";

/** The lab's copy of an official image. */
export function labImage(reference: string): string {
  const images = JSON.parse(readFileSync(inCheckout(".lab/images.json"), "utf8")) as Record<
    string,
    string
  >;
  const image = images[reference];
  if (image === undefined) throw new Error(`${reference} is not among the lab's images`);
  return image;
}

/**
 * What other people run on the second host: a PostgreSQL with a database that the connector may
 * read, something in front of port 80, networks and volumes.
 */
export async function moveIn(host: SecondHost): Promise<void> {
  const python = labImage("python:3.13-alpine");
  const postgres = labImage("postgres:16-alpine");
  await host.shell(`docker network create postgres-net
docker network create traefik-proxy
docker network create --label com.docker.compose.project=shop shop-net
docker volume create --label com.docker.compose.project=shop shop_files
docker volume create shop_pgdata
docker run -d --name postgres --restart unless-stopped --network postgres-net -p 127.0.0.1:5432:5432 \
  -v shop_pgdata:/var/lib/postgresql/data -e POSTGRES_PASSWORD=neighbour ${postgres}
docker run -d --name traefik --restart unless-stopped --network traefik-proxy -p 80:80 \
  -v shop_files:/srv ${python} python3 -m http.server -d /srv 80
until docker exec postgres pg_isready -q -h 127.0.0.1 -U postgres; do sleep 0.2; done
docker exec postgres psql -qU postgres -c "create table public.orders as select generate_series(1, 1000) as id"`);
}

/**
 * Everything about them that the gateway could have touched, as text: settings, start times,
 * networks, volumes, what they listen on, and the rows.
 */
export async function lookAtNeighbours(host: SecondHost): Promise<string> {
  return host.shell(`docker inspect --format '{{.Name}} {{.Id}} {{.State.Status}} {{.State.StartedAt}} {{.RestartCount}}
{{json .HostConfig}} {{json .Config}} {{json .Mounts}}' postgres traefik
docker network inspect --format '{{.Name}} {{.Id}} {{json .Labels}} {{json .Options}} {{json .IPAM}}' \
  postgres-net traefik-proxy shop-net bridge
docker volume inspect --format '{{.Name}} {{.CreatedAt}} {{json .Labels}}' shop_files shop_pgdata
ss -Hltn '( sport = 80 or sport = 5432 )' | awk '{ print $4 }' | sort
docker exec postgres psql -qAtU postgres -c 'select datname from pg_database order by 1' \
  -c 'select rolname from pg_roles order by 1' -c 'select count(*), sum(id) from public.orders'`);
}

/** Everything there: for an operation that is to change nothing. */
export async function lookAtAll(host: SecondHost): Promise<string> {
  return host.shell(`docker ps -a --no-trunc --format '{{.ID}} {{.Names}} {{.State}}' | sort
docker network ls --no-trunc --format '{{.ID}} {{.Name}}' | sort
docker volume ls --format '{{.Name}}' | sort
docker images --no-trunc --format '{{.ID}}' | sort -u
find /home -printf '%p %M %u %T@\\n' | sort`);
}

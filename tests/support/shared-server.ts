import {
  dockerOk,
  image,
  images,
  network,
  removeAll,
  runOnce,
  start,
  testName,
  until,
} from "./docker.ts";

/** The admin of the tests' server: a superuser, as the image makes it. */
export const admin = { user: "postgres", password: "an admin's 'own' $password" } as const;

/** Somebody else's PostgreSQL: two databases with tables, a role for each, SCRAM only. */
export interface SharedServer {
  readonly container: string;
  readonly network: string;
  /** Rows of `|`-separated fields, as the superuser over the server's own socket. */
  readonly sql: (query: string, database?: string) => Promise<string[]>;
  /** SQL over the network with a password, as a client: exit code and what was said. */
  readonly as: (
    role: string,
    password: string,
    database: string,
    query: string,
  ) => ReturnType<typeof runOnce>;
  /** Everything of the databases that are not ours: roles, rights, tables and rows. */
  readonly others: () => Promise<string>;
  readonly remove: () => Promise<void>;
}

const content = `
create role app login password 'app-password';
create role books login password 'books-password';
create database app owner app;
create database books owner books;
\\connect app
create table customers (id int primary key, name text);
insert into customers select n, 'customer ' || n from generate_series(1, 50) n;
alter table customers owner to app;
\\connect books
create table ledger (id int primary key, amount numeric);
insert into ledger select n, n * 1.5 from generate_series(1, 20) n;
alter table ledger owner to books;
create schema private authorization books;
create table private.notes (text text);
insert into private.notes values ('secret');
alter table private.notes owner to books;
`;

export async function sharedServer(
  name = { container: testName("server", "shared"), network: testName("net", "shared") },
): Promise<SharedServer> {
  const remove = () => removeAll([name.container], [name.network]);
  const sql = async (query: string, database = "postgres"): Promise<string[]> => {
    const text = await dockerOk(
      [
        "exec",
        "-i",
        name.container,
        "psql",
        "-qXAt",
        "-v",
        "ON_ERROR_STOP=1",
        "-U",
        "postgres",
        "-d",
        database,
        "-f",
        "-",
      ],
      query,
    );
    return text.split("\n").filter((row) => row !== "");
  };
  try {
    await network(name.network);
    await start(name.container, [
      "--network",
      name.network,
      "--network-alias",
      "postgres",
      "--user",
      "70:70",
      "--env",
      `POSTGRES_PASSWORD=${admin.password}`,
      image(images.postgres),
    ]);
    await until(name.container, 60, async () => {
      await dockerOk(["exec", name.container, "pg_isready", "-q", "-h", "127.0.0.1"]);
      return true;
    });
    await sql(content);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    ...name,
    sql,
    remove,
    as: (role, password, database, query) =>
      runOnce([
        "--network",
        name.network,
        "--env",
        `PGPASSWORD=${password}`,
        "--entrypoint",
        "psql",
        image(images.postgres),
        "-qXAt",
        "-h",
        "postgres",
        "-U",
        role,
        "-d",
        database,
        "-c",
        query,
      ]),
    others: async () => {
      const dump = (database: string) =>
        dockerOk([
          "exec",
          name.container,
          "pg_dump",
          "-U",
          "postgres",
          "--restrict-key=test",
          database,
        ]);
      const server = await sql(
        "select rolname, rolsuper, rolcanlogin, rolpassword from pg_authid where rolname not in ('litellm_user') order by 1; select datname, datdba::regrole, datacl from pg_database where datname <> 'litellm_db' order by 1; select roleid::regrole, member::regrole from pg_auth_members order by 1, 2",
      );
      return [
        server.join("\n"),
        ...(await Promise.all(["app", "books", "postgres"].map(dump))),
      ].join("\n");
    },
  };
}

import { optional } from "../../config/common/optional.ts";
import { accessMatrix } from "../../config/keys/grants.ts";
import { keyHash } from "../../config/keys/key-hash.ts";
import type { GatewayModel } from "../../config/model.ts";
import type { EdgeKey } from "../edge/maps.ts";
import type { KeptValue } from "../keyring/kept-value.ts";
import type { GuardRow } from "../litellm/guard-policy.ts";
import { credentialsOf } from "./credentials.ts";

type RowsModel = Pick<GatewayModel, "keys" | "connectors">;

/** Key name → its kept value. */
type KeptKeys = Readonly<Record<string, KeptValue>>;

/**
 * The guard's rows: every value that lets a key in, with the key's row of the matrix; and the
 * deployer's own key for what verification does with it, one call of each connector that no key
 * may make.
 */
export function guardRows(model: RowsModel, masterKey: string, kept: KeptKeys): GuardRow[] {
  const matrix = accessMatrix(model);
  const rows = model.keys.flatMap((key) => {
    const value = kept[key.name];
    if (value === undefined) return [];
    return credentialsOf(key, value).map((credential) => ({
      ...credential,
      tools: matrix[key.name] ?? {},
      models: key.models,
    }));
  });
  const unproved = model.connectors.filter(
    ({ alias, verify }) =>
      !Object.values(matrix).some((row) => row[alias]?.includes(verify.tool) === true),
  );
  if (unproved.length === 0) return rows;
  return [
    ...rows,
    {
      name: "deployer",
      keyHash: keyHash(masterKey),
      tools: Object.fromEntries(unproved.map(({ alias, verify }) => [alias, [verify.tool]])),
      models: [],
      expires: null,
    },
  ];
}

/** The edge's keys: the same values, with the limits that the edge enforces. */
export function edgeKeys(model: RowsModel, kept: KeptKeys): EdgeKey[] {
  return model.keys.flatMap((key) => {
    const value = kept[key.name];
    if (value === undefined) return [];
    const values = [value.value, ...(value.previous === undefined ? [] : [value.previous.value])];
    return credentialsOf(key, value).map(({ name, expires }, at) => ({
      name,
      value: values[at] ?? "",
      ...optional({ rpm: key.rpm }),
      ...(expires === null ? {} : { expires }),
    }));
  });
}

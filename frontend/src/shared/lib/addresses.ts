/**
 * Where everything is. In use the storefront, its files and the API are one origin, and nothing is set. A build for a CDN
 * of another name has `CDN_URL`: Vite puts it before whatever it names itself (`base`), this module before the rest.
 * `API_URL` is the front door where the API has an origin of its own; docs/decisions/0030 says what that costs.
 */
export const CDN_URL = import.meta.env.CDN_URL;
export const API_URL = import.meta.env.API_URL;

/** The address of a file by its path, as a product's `image_url` is; one that is whole already stays. */
export function assetAddress(path: string, cdn: string = CDN_URL): string {
  return path.startsWith('/') ? cdn + path : path;
}

/** The address of a call by its path. */
export function apiAddress(path: string, api: string = API_URL): string {
  return api + path;
}

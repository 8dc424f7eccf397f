// Made by `npm run types` from what the functions declare. Do not edit.

export interface paths {
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the keys of the access tokens
         * @description A JWK set (RFC 7517) for whoever checks a token without asking us.
         */
        get: operations["get_jwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in
         * @description An unknown address and a wrong password get the same answer in the same time.
         */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log out
         * @description Ends the session of the access token: from the answer on, its tokens are refused everywhere, and it cannot be refreshed. That takes a moment. Other sessions of the account stay.
         */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refresh a session
         * @description A refresh token is good for one refresh. One that comes a second time is refused, and the session with it: log in.
         */
        post: operations["refresh_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open an account
         * @description An e-mail address has one account, whatever the case of its letters.
         */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/cart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show your cart
         * @description At the prices of this moment. Its ETag changes when its items are replaced, not when a price does.
         */
        get: operations["read_cart"];
        /**
         * Replace what is in your cart
         * @description If-Match says on top of which state: of two that change the same one, the second gets 412. Lines of one sku become one. The stock is not looked at: that is for the order.
         */
        put: operations["replace_cart"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Record events
         * @description CloudEvents 1.0: structured, a batch, or binary (attributes in ce- headers, any other content type). 202 means that they are stored; an event whose source and id are known is a duplicate, and changes nothing. A batch with a wrong event is refused as a whole.
         */
        post: operations["record_event"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the account of the caller */
        get: operations["get_profile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Describe this API
         * @description OpenAPI 3.1 of everything that can be called.
         */
        get: operations["get_openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look how the functions run
         * @description Instances, concurrency against its target, requests a second, latencies, cold starts and traffic of each revision. What is not known where this runs is null, and `deeds` says what can be done.
         */
        get: operations["look"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/burst": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a burst
         * @description Requests at a rate to the shop's own front door, for some seconds. One at a time.
         */
        post: operations["burst"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/kill": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Kill an instance of a function
         * @description One that runs, with SIGKILL: what it was doing breaks off.
         */
        post: operations["kill"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/redis-away": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take Redis away for 30 s
         * @description It comes back by itself.
         */
        post: operations["redis_away"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Roll a function back
         * @description All its requests go to the revision before the one that has most of them now. New revisions then wait until they are given traffic.
         */
        post: operations["rollback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch how the functions run
         * @description Server-sent events: `picture` each second, its data as `GET /api/ops` answers; `trouble` with a `detail` while there is none. A stream ends after some seconds; come again with the header Last-Event-ID.
         */
        get: operations["watch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ops/traffic": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Split the traffic of a function
         * @description Between revisions of it that can serve; 100 percent in all. All to the newest means: and to those after it.
         */
        post: operations["traffic"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your orders
         * @description The newest first. A page goes on where the one before ended, whatever is ordered meanwhile.
         */
        get: operations["list_orders"];
        put?: never;
        /**
         * Place an order
         * @description All of it or nothing. Lines of one sku become one. It is `paid`, or `payment_pending` where the payment could not be settled in time: then it is settled later. An order that was placed answers its Idempotency-Key for good, also one whose card was declined; a key whose request was refused before that may try again.
         */
        post: operations["place_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show one of your orders */
        get: operations["get_order"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/orders/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel one of your orders
         * @description Its goods are in stock again at once; what was paid, or may have been, is given back soon after.
         */
        post: operations["cancel_order"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/products": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the goods
         * @description In the order of their skus; with words that few goods match, the best match first. What is shown may be a second old, and older while the database is away: then Age and Warning say so.
         */
        get: operations["list_products"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/products/{sku}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show one product
         * @description It may be a second old, and older while the database is away: then Age and Warning say so.
         */
        get: operations["get_product"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/sales": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Report the sales
         * @description Of the orders that were placed from `from` on and before `to`, by default in the last 30 days; at most 366 days. `orders`, `units` and `revenue` count what is not cancelled; of the revenue, `paid` is paid and `pending` not yet. `cancelled` orders count nowhere else. Days are UTC's, and each day of the time is there. `products` are the 20 with the most revenue. An order shows up here some seconds after it was placed. All of it is in one currency; `other_currencies` names those of orders that are left out.
         */
        get: operations["sales_report"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/images/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the picture of a product
         * @description An SVG, drawn from the product's name. The file is the product's sku with `.svg` behind it; `image_url` has it.
         */
        get: operations["get_image"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** Account */
        Account: {
            email: string;
            id: string;
            name: string;
        };
        /** Burst */
        Burst: {
            /**
             * @default /api/products
             * @enum {unknown}
             */
            path: "/api/openapi.json" | "/api/products";
            /**
             * @description Requests a second
             * @default 200
             */
            rate: number;
            /** @default 10 */
            seconds: number;
        };
        /** Cart */
        Cart: {
            items: components["schemas"]["OrderLine"][];
            total: components["schemas"]["Money"];
            /** @description Skus that were put in and are no longer sold: not in items */
            withdrawn: string[];
        };
        /** Credentials */
        Credentials: {
            email: string;
            password: string;
        };
        /** Day */
        Day: {
            /** Format: date */
            day: string;
            orders: number;
            revenue: components["schemas"]["Money"];
            units: number;
        };
        /**
         * Done
         * @description What was done, in words.
         */
        Done: {
            told: string;
        };
        /**
         * EventDocument
         * @description A CloudEvent in JSON, for the API's description: what it does not name is an extension, [a-z0-9]+.
         */
        EventDocument: {
            /**
             * @description Anything
             * @default null
             */
            data: unknown;
            /** @default null */
            data_base64: string | null;
            /** @default null */
            datacontenttype: string | null;
            /** @default null */
            dataschema: string | null;
            id: string;
            /** @description A URI */
            source: string;
            /** @enum {unknown} */
            specversion: "1.0";
            /** @default null */
            subject: string | null;
            /** @default null */
            time: string | null;
            type: string;
        };
        /**
         * FieldProblem
         * @description A field that is wrong, by its path in the body or its name in the query.
         */
        FieldProblem: {
            field: string;
            message: string;
        };
        /**
         * Function
         * @description One Service. `ready_revisions` can take traffic; the newest is the last.
         */
        Function: {
            name: string;
            ready: boolean;
            /** @default [] */
            ready_revisions: string[];
            /** @default  */
            reason: string;
            revisions: components["schemas"]["Revision"][];
        };
        /** Product */
        "functions.sales_report.store.Product": {
            name: string;
            revenue: components["schemas"]["Money"];
            sku: string;
            units: number;
        };
        /** KeySet */
        KeySet: {
            keys: {
                [key: string]: string;
            }[];
        };
        /** Line */
        Line: {
            quantity: number;
            sku: string;
        };
        /**
         * Money
         * @description An amount. It has no order of its own: compare `amount`s of one currency.
         */
        Money: {
            /** @description In minor units, such as pence */
            amount: number;
            /** @description ISO 4217 */
            currency: string;
        };
        /** NewAccount */
        NewAccount: {
            email: string;
            name: string;
            password: string;
        };
        /** NewCart */
        NewCart: {
            /** @description All that shall be in it; none empties it */
            items: components["schemas"]["Line"][];
        };
        /** NewOrder */
        NewOrder: {
            items: components["schemas"]["Line"][];
            payment: components["schemas"]["Payment"];
        };
        /**
         * Nothing
         * @description An empty object.
         */
        Nothing: Record<string, never>;
        /** Order */
        Order: {
            id: string;
            items: components["schemas"]["OrderLine"][];
            placed_at: string;
            /** @enum {unknown} */
            status: "cancelled" | "paid" | "payment_pending" | "placed";
            total: components["schemas"]["Money"];
        };
        /**
         * OrderLine
         * @description What was bought, under the name and at the price of that moment.
         */
        OrderLine: {
            line_total: components["schemas"]["Money"];
            name: string;
            quantity: number;
            sku: string;
            unit_price: components["schemas"]["Money"];
        };
        /** Orders */
        Orders: {
            items: components["schemas"]["Order"][];
            next_cursor: string | null;
        };
        /**
         * Part
         * @description What the functions need: the gateway, Postgres, Redis.
         */
        Part: {
            name: string;
            ready: boolean;
            restarts: number;
        };
        /** Payment */
        Payment: {
            card: string;
        };
        /**
         * Picture
         * @description All of it. `at` is RFC 3339; `deeds` are those that can be done here.
         */
        Picture: {
            at: string;
            /** @default [] */
            deeds: string[];
            functions: components["schemas"]["Function"][];
            /** @default [] */
            parts: components["schemas"]["Part"][];
            source: string;
            /** @default [] */
            under_way: components["schemas"]["UnderWay"][];
        };
        /**
         * ProblemDocument
         * @description An error as RFC 9457 has it; `trace_id` finds it in traces and logs.
         */
        ProblemDocument: {
            detail: string;
            /** @default [] */
            errors: components["schemas"]["FieldProblem"][];
            instance: string;
            status: number;
            title: string;
            trace_id: string;
            type: string;
        };
        /** Products */
        Products: {
            items: components["schemas"]["shared.products.Product"][];
            next_cursor: string | null;
        };
        /** Profile */
        Profile: {
            email: string;
            id: string;
            name: string;
            roles: string[];
        };
        /** Recorded */
        Recorded: {
            accepted: number;
            duplicates: number;
        };
        /** Refresh */
        Refresh: {
            /** @description Required, unless it is in a cookie */
            refresh_token?: string;
        };
        /**
         * Revision
         * @description One revision. `concurrency` and `rps` are of all its instances, `target` is what one is meant to carry.
         */
        Revision: {
            /** @default null */
            cold_starts: number | null;
            /** @default null */
            concurrency: number | null;
            desired: number;
            instances: number;
            /** @default null */
            last_cold_start: components["schemas"]["Start"] | null;
            /** @default concurrency */
            metric: string;
            name: string;
            /** @default null */
            p50_ms: number | null;
            /** @default null */
            p99_ms: number | null;
            /** @default false */
            panic: boolean;
            ready_instances: number;
            /** @default null */
            rps: number | null;
            /** @default null */
            target: number | null;
            /** @default null */
            traffic: number | null;
        };
        /** SalesReport */
        SalesReport: {
            cancelled: number;
            days: components["schemas"]["Day"][];
            from: string;
            orders: number;
            other_currencies: string[];
            paid: components["schemas"]["Money"];
            pending: components["schemas"]["Money"];
            products: components["schemas"]["functions.sales_report.store.Product"][];
            revenue: components["schemas"]["Money"];
            to: string;
            units: number;
        };
        /** Share */
        Share: {
            percent: number;
            revision: string;
        };
        /** Product */
        "shared.products.Product": {
            /** @description Pieces that can be ordered now */
            available: number;
            category: string;
            description: string;
            image_url: string;
            name: string;
            price: components["schemas"]["Money"];
            sku: string;
        };
        /** Split */
        Split: {
            service: string;
            shares: components["schemas"]["Share"][];
        };
        /**
         * Start
         * @description A cold start; `queued_s` is null where no request waited.
         */
        Start: {
            forked_s: number;
            queued_s: number | null;
            ready_s: number;
            total_s: number;
        };
        /** Target */
        Target: {
            service: string;
        };
        /** Tokens */
        Tokens: {
            access_token: string;
            /**
             * @description Seconds from now
             * @default 900
             */
            expires_in: number;
            /** @description Absent where it was asked for in a cookie */
            refresh_token?: string;
            /**
             * @default Bearer
             * @enum {unknown}
             */
            token_type: "Bearer";
        };
        /**
         * UnderWay
         * @description A deed that lasts, and until when (RFC 3339).
         */
        UnderWay: {
            deed: string;
            until: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get_jwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeySet"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: {
                /** @description The refresh token is in a cookie, and the next one shall be */
                "X-Refresh-Token"?: "cookie";
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Set-Cookie"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unsupported-media-type`: The body is of a type that is not understood */
            415: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unprocessable`: A field is wrong */
            422: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: {
                /** @description The refresh token is in a cookie, and the next one shall be */
                "X-Refresh-Token"?: "cookie";
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "Set-Cookie"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unprocessable`: A field is wrong */
            422: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    refresh_token: {
        parameters: {
            query?: never;
            header?: {
                /** @description The refresh token is in a cookie, and the next one shall be */
                "X-Refresh-Token"?: "cookie";
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Refresh"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Set-Cookie"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unsupported-media-type`: The body is of a type that is not understood */
            415: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unprocessable`: A field is wrong */
            422: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAccount"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    Location?: string;
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `email-taken`: This e-mail address has an account */
            409: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unsupported-media-type`: The body is of a type that is not understood */
            415: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unprocessable`: A field is wrong */
            422: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    read_cart: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    replace_cart: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of what is changed, or * for whatever it is */
                "If-Match": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCart"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cart"];
                };
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `precondition-failed`: It has changed meanwhile */
            412: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unsupported-media-type`: The body is of a type that is not understood */
            415: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unprocessable`: A field is wrong */
            422: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `precondition-required`: Say which state you are changing */
            428: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    record_event: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/cloudevents-batch+json": components["schemas"]["EventDocument"][];
                "application/cloudevents+json": components["schemas"]["EventDocument"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recorded"];
                };
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unsupported-media-type`: The body is of a type that is not understood */
            415: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unprocessable`: A field is wrong */
            422: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_profile: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    look: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Picture"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `forbidden`: You may not do this */
            403: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-supported`: This cannot be done here */
            501: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    burst: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Burst"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `forbidden`: You may not do this */
            403: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `conflict`: This does not fit the present state */
            409: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unsupported-media-type`: The body is of a type that is not understood */
            415: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unprocessable`: A field is wrong */
            422: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-supported`: This cannot be done here */
            501: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    kill: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Target"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `forbidden`: You may not do this */
            403: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `conflict`: This does not fit the present state */
            409: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unsupported-media-type`: The body is of a type that is not understood */
            415: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unprocessable`: A field is wrong */
            422: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-supported`: This cannot be done here */
            501: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    redis_away: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `forbidden`: You may not do this */
            403: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `conflict`: This does not fit the present state */
            409: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unsupported-media-type`: The body is of a type that is not understood */
            415: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unprocessable`: A field is wrong */
            422: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-supported`: This cannot be done here */
            501: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    rollback: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Target"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `forbidden`: You may not do this */
            403: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `conflict`: This does not fit the present state */
            409: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unsupported-media-type`: The body is of a type that is not understood */
            415: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unprocessable`: A field is wrong */
            422: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-supported`: This cannot be done here */
            501: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    watch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": unknown;
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `forbidden`: You may not do this */
            403: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-supported`: This cannot be done here */
            501: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    traffic: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Split"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `forbidden`: You may not do this */
            403: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `conflict`: This does not fit the present state */
            409: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unsupported-media-type`: The body is of a type that is not understood */
            415: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unprocessable`: A field is wrong */
            422: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-supported`: This cannot be done here */
            501: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    list_orders: {
        parameters: {
            query?: {
                /** @description The next_cursor of the page before */
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Orders"];
                };
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unprocessable`: A field is wrong */
            422: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    place_order: {
        parameters: {
            query?: never;
            header: {
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOrder"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    Location?: string;
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `payment-declined`: The payment was declined */
            402: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        order_id?: string;
                    } & components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `out-of-stock`: Out of stock */
            409: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": {
                        skus?: string[];
                    } & components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unsupported-media-type`: The body is of a type that is not understood */
            415: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unprocessable`: A field is wrong */
            422: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    cancel_order: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Order"];
                };
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `already-cancelled`: The order is cancelled already */
            409: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-large`: The body is too large */
            413: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    list_products: {
        parameters: {
            query?: {
                /** @description Only goods of this category */
                category?: string;
                /** @description The next_cursor of the page before */
                cursor?: string;
                limit?: number;
                /** @description Words to find; the last one may be unfinished */
                q?: string;
            };
            header?: {
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Products"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    ETag?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unprocessable`: A field is wrong */
            422: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_product: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: string;
            };
            path: {
                sku: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["shared.products.Product"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    ETag?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    sales_report: {
        parameters: {
            query?: {
                /** @description A day, which is its beginning in UTC, or a time as in RFC 3339 */
                from?: string;
                /** @description A day, which is its beginning in UTC, or a time as in RFC 3339 */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SalesReport"];
                };
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unauthorized`: Who you are is not known */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `forbidden`: You may not do this */
            403: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unprocessable`: A field is wrong */
            422: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
    get_image: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: string;
            };
            path: {
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    ETag?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": unknown;
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    ETag?: string;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed-request`: The request cannot be read */
            400: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `not-found`: There is no such thing here */
            404: {
                headers: {
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `too-many-requests`: Too many requests */
            429: {
                headers: {
                    RateLimit?: string;
                    "RateLimit-Policy"?: string;
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
            /** @description `unavailable`: Not available for now */
            503: {
                headers: {
                    "Retry-After"?: number;
                    "x-trace-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDocument"];
                };
            };
        };
    };
}

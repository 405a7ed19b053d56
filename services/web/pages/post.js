// SPDX-License-Identifier: Apache-2.0
// What is asked of the station.
"use strict";
async function post(path, body) {
        if (!session.token)
                await loadSession();
        const send = () => fetch(path, {method: "POST", headers: {"Content-Type": "application/json", "X-Okuru-Token": session.token}, body: JSON.stringify(body)});
        let answer = await send();
        if (answer.status === 403 && (await answer.clone().json()).error === "token") { // the program began anew meanwhile
                await loadSession();
                answer = await send();
        }
        return {status: answer.status, body: await answer.json()};
}

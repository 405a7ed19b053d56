/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Moved. */
#include "services/notify/mail/mime.h" // IWYU pragma: export

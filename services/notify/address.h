/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Moved. */
#include "services/notify/mail/address.h" // IWYU pragma: export

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * LLRP's own words as a table: every message and parameter with its number, its fields in the order of the
 * wire, and the names of enumerated values. All of the codec reads it; nothing else knows a layout. From the
 * table come the enumerators LLRP_ADD_ROSPEC (a message), LLRP_ROSpec (a parameter) and
 * LLRP_ROSpec_Priority (a field's place in its element), spelled as the standard spells them.
 *
 * Source: EPCglobal Low Level Reader Protocol 1.0.1 (2007), sections 9 to 16, and 1.1 (2010), section 17,
 *         for what it adds: messages 46, 47, 56, 57, parameters 19, 20, 355 to 365, and SINCE_1_1 fields,
 *         which are reserved bits before.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * F(element, field, kind, words). Kinds: U and S with their bits; R reserved bits; U96 twelve bytes; U1V, U8V,
 * U16V and U32V a u16 count (of bits, bytes, ...) and that many; UTF8V a u16 count of bytes and a text; REST
 * all that is left. Words: an enumeration below, HEX for bytes that are no number, SINCE_1_1 or NONE.
 */
/* clang-format off */
/* Messages */
#define LLRP_FIELDS_GET_READER_CAPABILITIES(F) \
        F(GET_READER_CAPABILITIES, RequestedData, U8, CapabilitiesData)
#define LLRP_FIELDS_GET_READER_CONFIG(F) F(GET_READER_CONFIG, AntennaID, U16, NONE) \
        F(GET_READER_CONFIG, RequestedData, U8, ConfigData) F(GET_READER_CONFIG, GPIPortNum, U16, NONE) \
        F(GET_READER_CONFIG, GPOPortNum, U16, NONE)
#define LLRP_FIELDS_SET_READER_CONFIG(F) F(SET_READER_CONFIG, ResetToFactoryDefault, U1, NONE) \
        F(SET_READER_CONFIG, Reserved, R7, NONE)
#define LLRP_FIELDS_CLOSE_CONNECTION_RESPONSE(F)
#define LLRP_FIELDS_GET_READER_CAPABILITIES_RESPONSE(F)
#define LLRP_FIELDS_GET_READER_CONFIG_RESPONSE(F)
#define LLRP_FIELDS_SET_READER_CONFIG_RESPONSE(F)
#define LLRP_FIELDS_CLOSE_CONNECTION(F)
#define LLRP_FIELDS_ADD_ROSPEC(F)
#define LLRP_FIELDS_DELETE_ROSPEC(F) F(DELETE_ROSPEC, ROSpecID, U32, NONE)
#define LLRP_FIELDS_START_ROSPEC(F) F(START_ROSPEC, ROSpecID, U32, NONE)
#define LLRP_FIELDS_STOP_ROSPEC(F) F(STOP_ROSPEC, ROSpecID, U32, NONE)
#define LLRP_FIELDS_ENABLE_ROSPEC(F) F(ENABLE_ROSPEC, ROSpecID, U32, NONE)
#define LLRP_FIELDS_DISABLE_ROSPEC(F) F(DISABLE_ROSPEC, ROSpecID, U32, NONE)
#define LLRP_FIELDS_GET_ROSPECS(F)
#define LLRP_FIELDS_ADD_ROSPEC_RESPONSE(F)
#define LLRP_FIELDS_DELETE_ROSPEC_RESPONSE(F)
#define LLRP_FIELDS_START_ROSPEC_RESPONSE(F)
#define LLRP_FIELDS_STOP_ROSPEC_RESPONSE(F)
#define LLRP_FIELDS_ENABLE_ROSPEC_RESPONSE(F)
#define LLRP_FIELDS_DISABLE_ROSPEC_RESPONSE(F)
#define LLRP_FIELDS_GET_ROSPECS_RESPONSE(F)
#define LLRP_FIELDS_ADD_ACCESSSPEC(F)
#define LLRP_FIELDS_DELETE_ACCESSSPEC(F) F(DELETE_ACCESSSPEC, AccessSpecID, U32, NONE)
#define LLRP_FIELDS_ENABLE_ACCESSSPEC(F) F(ENABLE_ACCESSSPEC, AccessSpecID, U32, NONE)
#define LLRP_FIELDS_DISABLE_ACCESSSPEC(F) F(DISABLE_ACCESSSPEC, AccessSpecID, U32, NONE)
#define LLRP_FIELDS_GET_ACCESSSPECS(F)
#define LLRP_FIELDS_CLIENT_REQUEST_OP(F)
#define LLRP_FIELDS_GET_SUPPORTED_VERSION(F)
#define LLRP_FIELDS_SET_PROTOCOL_VERSION(F) F(SET_PROTOCOL_VERSION, ProtocolVersion, U8, NONE)
#define LLRP_FIELDS_ADD_ACCESSSPEC_RESPONSE(F)
#define LLRP_FIELDS_DELETE_ACCESSSPEC_RESPONSE(F)
#define LLRP_FIELDS_ENABLE_ACCESSSPEC_RESPONSE(F)
#define LLRP_FIELDS_DISABLE_ACCESSSPEC_RESPONSE(F)
#define LLRP_FIELDS_GET_ACCESSSPECS_RESPONSE(F)
#define LLRP_FIELDS_CLIENT_REQUEST_OP_RESPONSE(F)
#define LLRP_FIELDS_GET_SUPPORTED_VERSION_RESPONSE(F) \
        F(GET_SUPPORTED_VERSION_RESPONSE, CurrentVersion, U8, NONE) \
        F(GET_SUPPORTED_VERSION_RESPONSE, SupportedVersion, U8, NONE)
#define LLRP_FIELDS_SET_PROTOCOL_VERSION_RESPONSE(F)
#define LLRP_FIELDS_GET_REPORT(F)
#define LLRP_FIELDS_RO_ACCESS_REPORT(F)
#define LLRP_FIELDS_KEEPALIVE(F)
#define LLRP_FIELDS_READER_EVENT_NOTIFICATION(F)
#define LLRP_FIELDS_ENABLE_EVENTS_AND_REPORTS(F)
#define LLRP_FIELDS_KEEPALIVE_ACK(F)
#define LLRP_FIELDS_ERROR_MESSAGE(F)
#define LLRP_FIELDS_CUSTOM_MESSAGE(F) F(CUSTOM_MESSAGE, VendorIdentifier, U32, NONE) \
        F(CUSTOM_MESSAGE, MessageSubtype, U8, NONE) F(CUSTOM_MESSAGE, Data, REST, HEX)

/* Parameters */
#define LLRP_FIELDS_AntennaID(F) F(AntennaID, AntennaID, U16, NONE)
#define LLRP_FIELDS_FirstSeenTimestampUTC(F) F(FirstSeenTimestampUTC, Microseconds, U64, NONE)
#define LLRP_FIELDS_FirstSeenTimestampUptime(F) F(FirstSeenTimestampUptime, Microseconds, U64, NONE)
#define LLRP_FIELDS_LastSeenTimestampUTC(F) F(LastSeenTimestampUTC, Microseconds, U64, NONE)
#define LLRP_FIELDS_LastSeenTimestampUptime(F) F(LastSeenTimestampUptime, Microseconds, U64, NONE)
#define LLRP_FIELDS_PeakRSSI(F) F(PeakRSSI, PeakRSSI, S8, NONE)
#define LLRP_FIELDS_ChannelIndex(F) F(ChannelIndex, ChannelIndex, U16, NONE)
#define LLRP_FIELDS_TagSeenCount(F) F(TagSeenCount, TagCount, U16, NONE)
#define LLRP_FIELDS_ROSpecID(F) F(ROSpecID, ROSpecID, U32, NONE)
#define LLRP_FIELDS_InventoryParameterSpecID(F) \
        F(InventoryParameterSpecID, InventoryParameterSpecID, U16, NONE)
#define LLRP_FIELDS_C1G2_CRC(F) F(C1G2_CRC, CRC, U16, NONE)
#define LLRP_FIELDS_C1G2_PC(F) F(C1G2_PC, PC_Bits, U16, NONE)
#define LLRP_FIELDS_EPC_96(F) F(EPC_96, EPC, U96, HEX)
#define LLRP_FIELDS_SpecIndex(F) F(SpecIndex, SpecIndex, U16, NONE)
#define LLRP_FIELDS_ClientRequestOpSpecResult(F) F(ClientRequestOpSpecResult, OpSpecID, U16, NONE)
#define LLRP_FIELDS_AccessSpecID(F) F(AccessSpecID, AccessSpecID, U32, NONE)
#define LLRP_FIELDS_OpSpecID(F) F(OpSpecID, OpSpecID, U16, NONE)
#define LLRP_FIELDS_C1G2SingulationDetails(F) F(C1G2SingulationDetails, NumCollisionSlots, U16, NONE) \
        F(C1G2SingulationDetails, NumEmptySlots, U16, NONE)
#define LLRP_FIELDS_C1G2XPCW1(F) F(C1G2XPCW1, XPC_W1, U16, NONE)
#define LLRP_FIELDS_C1G2XPCW2(F) F(C1G2XPCW2, XPC_W2, U16, NONE)
#define LLRP_FIELDS_UTCTimestamp(F) F(UTCTimestamp, Microseconds, U64, NONE)
#define LLRP_FIELDS_Uptime(F) F(Uptime, Microseconds, U64, NONE)
#define LLRP_FIELDS_GeneralDeviceCapabilities(F) \
        F(GeneralDeviceCapabilities, MaxNumberOfAntennaSupported, U16, NONE) \
        F(GeneralDeviceCapabilities, CanSetAntennaProperties, U1, NONE) \
        F(GeneralDeviceCapabilities, HasUTCClockCapability, U1, NONE) \
        F(GeneralDeviceCapabilities, Reserved, R14, NONE) \
        F(GeneralDeviceCapabilities, DeviceManufacturerName, U32, NONE) \
        F(GeneralDeviceCapabilities, ModelName, U32, NONE) \
        F(GeneralDeviceCapabilities, ReaderFirmwareVersion, UTF8V, NONE)
#define LLRP_FIELDS_ReceiveSensitivityTableEntry(F) F(ReceiveSensitivityTableEntry, Index, U16, NONE) \
        F(ReceiveSensitivityTableEntry, ReceiveSensitivityValue, S16, NONE)
#define LLRP_FIELDS_PerAntennaAirProtocol(F) F(PerAntennaAirProtocol, AntennaID, U16, NONE) \
        F(PerAntennaAirProtocol, ProtocolID, U8V, ProtocolID)
#define LLRP_FIELDS_GPIOCapabilities(F) F(GPIOCapabilities, NumGPIs, U16, NONE) \
        F(GPIOCapabilities, NumGPOs, U16, NONE)
#define LLRP_FIELDS_LLRPCapabilities(F) F(LLRPCapabilities, CanDoRFSurvey, U1, NONE) \
        F(LLRPCapabilities, CanReportBufferFillWarning, U1, NONE) \
        F(LLRPCapabilities, SupportsClientRequestOpSpec, U1, NONE) \
        F(LLRPCapabilities, CanDoTagInventoryStateAwareSingulation, U1, NONE) \
        F(LLRPCapabilities, SupportsEventAndReportHolding, U1, NONE) \
        F(LLRPCapabilities, Reserved, R3, NONE) \
        F(LLRPCapabilities, MaxNumPriorityLevelsSupported, U8, NONE) \
        F(LLRPCapabilities, ClientRequestOpSpecTimeout, U16, NONE) \
        F(LLRPCapabilities, MaxNumROSpecs, U32, NONE) F(LLRPCapabilities, MaxNumSpecsPerROSpec, U32, NONE) \
        F(LLRPCapabilities, MaxNumInventoryParameterSpecsPerAISpec, U32, NONE) \
        F(LLRPCapabilities, MaxNumAccessSpecs, U32, NONE) \
        F(LLRPCapabilities, MaxNumOpSpecsPerAccessSpec, U32, NONE)
#define LLRP_FIELDS_RegulatoryCapabilities(F) F(RegulatoryCapabilities, CountryCode, U16, NONE) \
        F(RegulatoryCapabilities, CommunicationsStandard, U16, CommunicationsStandard)
#define LLRP_FIELDS_UHFBandCapabilities(F)
#define LLRP_FIELDS_TransmitPowerLevelTableEntry(F) F(TransmitPowerLevelTableEntry, Index, U16, NONE) \
        F(TransmitPowerLevelTableEntry, TransmitPowerValue, S16, NONE)
#define LLRP_FIELDS_FrequencyInformation(F) F(FrequencyInformation, Hopping, U1, NONE) \
        F(FrequencyInformation, Reserved, R7, NONE)
#define LLRP_FIELDS_FrequencyHopTable(F) F(FrequencyHopTable, HopTableID, U8, NONE) \
        F(FrequencyHopTable, Reserved, R8, NONE) F(FrequencyHopTable, Frequency, U32V, NONE)
#define LLRP_FIELDS_FixedFrequencyTable(F) F(FixedFrequencyTable, Frequency, U32V, NONE)
#define LLRP_FIELDS_PerAntennaReceiveSensitivityRange(F) \
        F(PerAntennaReceiveSensitivityRange, AntennaID, U16, NONE) \
        F(PerAntennaReceiveSensitivityRange, ReceiveSensitivityIndexMin, U16, NONE) \
        F(PerAntennaReceiveSensitivityRange, ReceiveSensitivityIndexMax, U16, NONE)
#define LLRP_FIELDS_ROSpec(F) F(ROSpec, ROSpecID, U32, NONE) F(ROSpec, Priority, U8, NONE) \
        F(ROSpec, CurrentState, U8, ROSpecCurrentState)
#define LLRP_FIELDS_ROBoundarySpec(F)
#define LLRP_FIELDS_ROSpecStartTrigger(F) \
        F(ROSpecStartTrigger, ROSpecStartTriggerType, U8, ROSpecStartTriggerType)
#define LLRP_FIELDS_PeriodicTriggerValue(F) F(PeriodicTriggerValue, Offset, U32, NONE) \
        F(PeriodicTriggerValue, Period, U32, NONE)
#define LLRP_FIELDS_GPITriggerValue(F) F(GPITriggerValue, GPIPortNum, U16, NONE) \
        F(GPITriggerValue, GPIEvent, U1, NONE) F(GPITriggerValue, Reserved, R7, NONE) \
        F(GPITriggerValue, Timeout, U32, NONE)
#define LLRP_FIELDS_ROSpecStopTrigger(F) \
        F(ROSpecStopTrigger, ROSpecStopTriggerType, U8, ROSpecStopTriggerType) \
        F(ROSpecStopTrigger, DurationTriggerValue, U32, NONE)
#define LLRP_FIELDS_AISpec(F) F(AISpec, AntennaIDs, U16V, NONE)
#define LLRP_FIELDS_AISpecStopTrigger(F) \
        F(AISpecStopTrigger, AISpecStopTriggerType, U8, AISpecStopTriggerType) \
        F(AISpecStopTrigger, DurationTrigger, U32, NONE)
#define LLRP_FIELDS_TagObservationTrigger(F) \
        F(TagObservationTrigger, TriggerType, U8, TagObservationTriggerType) \
        F(TagObservationTrigger, Reserved, R8, NONE) F(TagObservationTrigger, NumberOfTags, U16, NONE) \
        F(TagObservationTrigger, NumberOfAttempts, U16, NONE) F(TagObservationTrigger, T, U16, NONE) \
        F(TagObservationTrigger, Timeout, U32, NONE)
#define LLRP_FIELDS_InventoryParameterSpec(F) \
        F(InventoryParameterSpec, InventoryParameterSpecID, U16, NONE) \
        F(InventoryParameterSpec, ProtocolID, U8, ProtocolID)
#define LLRP_FIELDS_RFSurveySpec(F) F(RFSurveySpec, AntennaID, U16, NONE) \
        F(RFSurveySpec, StartFrequency, U32, NONE) F(RFSurveySpec, EndFrequency, U32, NONE)
#define LLRP_FIELDS_RFSurveySpecStopTrigger(F) \
        F(RFSurveySpecStopTrigger, StopTriggerType, U8, RFSurveyStopTriggerType) \
        F(RFSurveySpecStopTrigger, DurationPeriod, U32, NONE) F(RFSurveySpecStopTrigger, N, U32, NONE)
#define LLRP_FIELDS_AccessSpec(F) F(AccessSpec, AccessSpecID, U32, NONE) \
        F(AccessSpec, AntennaID, U16, NONE) F(AccessSpec, ProtocolID, U8, ProtocolID) \
        F(AccessSpec, CurrentState, U1, AccessSpecCurrentState) F(AccessSpec, Reserved, R7, NONE) \
        F(AccessSpec, ROSpecID, U32, NONE)
#define LLRP_FIELDS_AccessSpecStopTrigger(F) \
        F(AccessSpecStopTrigger, AccessSpecStopTrigger, U8, AccessSpecStopTriggerType) \
        F(AccessSpecStopTrigger, OperationCountValue, U16, NONE)
#define LLRP_FIELDS_AccessCommand(F)
#define LLRP_FIELDS_ClientRequestOpSpec(F) F(ClientRequestOpSpec, OpSpecID, U16, NONE)
#define LLRP_FIELDS_ClientRequestResponse(F) F(ClientRequestResponse, AccessSpecID, U32, NONE)
#define LLRP_FIELDS_LLRPConfigurationStateValue(F) \
        F(LLRPConfigurationStateValue, LLRPConfigurationStateValue, U32, NONE)
#define LLRP_FIELDS_Identification(F) F(Identification, IDType, U8, IDType) \
        F(Identification, ReaderID, U8V, HEX)
#define LLRP_FIELDS_GPOWriteData(F) F(GPOWriteData, GPOPortNumber, U16, NONE) \
        F(GPOWriteData, GPOData, U1, NONE) F(GPOWriteData, Reserved, R7, NONE)
#define LLRP_FIELDS_KeepaliveSpec(F) F(KeepaliveSpec, KeepaliveTriggerType, U8, KeepaliveTriggerType) \
        F(KeepaliveSpec, PeriodicTriggerValue, U32, NONE)
#define LLRP_FIELDS_AntennaProperties(F) F(AntennaProperties, AntennaConnected, U1, NONE) \
        F(AntennaProperties, Reserved, R7, NONE) F(AntennaProperties, AntennaID, U16, NONE) \
        F(AntennaProperties, AntennaGain, S16, NONE)
#define LLRP_FIELDS_AntennaConfiguration(F) F(AntennaConfiguration, AntennaID, U16, NONE)
#define LLRP_FIELDS_RFReceiver(F) F(RFReceiver, ReceiverSensitivity, U16, NONE)
#define LLRP_FIELDS_RFTransmitter(F) F(RFTransmitter, HopTableID, U16, NONE) \
        F(RFTransmitter, ChannelIndex, U16, NONE) F(RFTransmitter, TransmitPower, U16, NONE)
#define LLRP_FIELDS_GPIPortCurrentState(F) F(GPIPortCurrentState, GPIPortNum, U16, NONE) \
        F(GPIPortCurrentState, Config, U1, NONE) F(GPIPortCurrentState, Reserved, R7, NONE) \
        F(GPIPortCurrentState, State, U8, GPIState)
#define LLRP_FIELDS_EventsAndReports(F) F(EventsAndReports, HoldEventsAndReportsUponReconnect, U1, NONE) \
        F(EventsAndReports, Reserved, R7, NONE)
#define LLRP_FIELDS_ROReportSpec(F) F(ROReportSpec, ROReportTrigger, U8, ROReportTrigger) \
        F(ROReportSpec, N, U16, NONE)
#define LLRP_FIELDS_TagReportContentSelector(F) F(TagReportContentSelector, EnableROSpecID, U1, NONE) \
        F(TagReportContentSelector, EnableSpecIndex, U1, NONE) \
        F(TagReportContentSelector, EnableInventoryParameterSpecID, U1, NONE) \
        F(TagReportContentSelector, EnableAntennaID, U1, NONE) \
        F(TagReportContentSelector, EnableChannelIndex, U1, NONE) \
        F(TagReportContentSelector, EnablePeakRSSI, U1, NONE) \
        F(TagReportContentSelector, EnableFirstSeenTimestamp, U1, NONE) \
        F(TagReportContentSelector, EnableLastSeenTimestamp, U1, NONE) \
        F(TagReportContentSelector, EnableTagSeenCount, U1, NONE) \
        F(TagReportContentSelector, EnableAccessSpecID, U1, NONE) \
        F(TagReportContentSelector, Reserved, R6, NONE)
#define LLRP_FIELDS_AccessReportSpec(F) F(AccessReportSpec, AccessReportTrigger, U8, AccessReportTrigger)
#define LLRP_FIELDS_TagReportData(F)
#define LLRP_FIELDS_EPCData(F) F(EPCData, EPC, U1V, HEX)
#define LLRP_FIELDS_RFSurveyReportData(F)
#define LLRP_FIELDS_FrequencyRSSILevelEntry(F) F(FrequencyRSSILevelEntry, Frequency, U32, NONE) \
        F(FrequencyRSSILevelEntry, Bandwidth, U32, NONE) F(FrequencyRSSILevelEntry, AverageRSSI, S8, NONE) \
        F(FrequencyRSSILevelEntry, PeakRSSI, S8, NONE)
#define LLRP_FIELDS_ReaderEventNotificationSpec(F)
#define LLRP_FIELDS_EventNotificationState(F) \
        F(EventNotificationState, EventType, U16, NotificationEventType) \
        F(EventNotificationState, NotificationState, U1, NONE) \
        F(EventNotificationState, Reserved, R7, NONE)
#define LLRP_FIELDS_ReaderEventNotificationData(F)
#define LLRP_FIELDS_HoppingEvent(F) F(HoppingEvent, HopTableID, U16, NONE) \
        F(HoppingEvent, NextChannelIndex, U16, NONE)
#define LLRP_FIELDS_GPIEvent(F) F(GPIEvent, GPIPortNumber, U16, NONE) F(GPIEvent, GPIEvent, U1, NONE) \
        F(GPIEvent, Reserved, R7, NONE)
#define LLRP_FIELDS_ROSpecEvent(F) F(ROSpecEvent, EventType, U8, ROSpecEventType) \
        F(ROSpecEvent, ROSpecID, U32, NONE) F(ROSpecEvent, PreemptingROSpecID, U32, NONE)
#define LLRP_FIELDS_ReportBufferLevelWarningEvent(F) \
        F(ReportBufferLevelWarningEvent, ReportBufferPercentageFull, U8, NONE)
#define LLRP_FIELDS_ReportBufferOverflowErrorEvent(F)
#define LLRP_FIELDS_ReaderExceptionEvent(F) F(ReaderExceptionEvent, Message, UTF8V, NONE)
#define LLRP_FIELDS_RFSurveyEvent(F) F(RFSurveyEvent, EventType, U8, RFSurveyEventType) \
        F(RFSurveyEvent, ROSpecID, U32, NONE) F(RFSurveyEvent, SpecIndex, U16, NONE)
#define LLRP_FIELDS_AISpecEvent(F) F(AISpecEvent, EventType, U8, AISpecEventType) \
        F(AISpecEvent, ROSpecID, U32, NONE) F(AISpecEvent, SpecIndex, U16, NONE)
#define LLRP_FIELDS_AntennaEvent(F) F(AntennaEvent, EventType, U8, AntennaEventType) \
        F(AntennaEvent, AntennaID, U16, NONE)
#define LLRP_FIELDS_ConnectionAttemptEvent(F) \
        F(ConnectionAttemptEvent, Status, U16, ConnectionAttemptEventStatus)
#define LLRP_FIELDS_ConnectionCloseEvent(F)
#define LLRP_FIELDS_LLRPStatus(F) F(LLRPStatus, StatusCode, U16, StatusCode) \
        F(LLRPStatus, ErrorDescription, UTF8V, NONE)
#define LLRP_FIELDS_FieldError(F) F(FieldError, FieldNum, U16, NONE) \
        F(FieldError, ErrorCode, U16, StatusCode)
#define LLRP_FIELDS_ParameterError(F) F(ParameterError, ParameterType, U16, NONE) \
        F(ParameterError, ErrorCode, U16, StatusCode)
#define LLRP_FIELDS_C1G2LLRPCapabilities(F) F(C1G2LLRPCapabilities, CanSupportBlockErase, U1, NONE) \
        F(C1G2LLRPCapabilities, CanSupportBlockWrite, U1, NONE) \
        F(C1G2LLRPCapabilities, CanSupportBlockPermalock, U1, SINCE_1_1) \
        F(C1G2LLRPCapabilities, CanSupportTagRecommissioning, U1, SINCE_1_1) \
        F(C1G2LLRPCapabilities, CanSupportUMIMethod2, U1, SINCE_1_1) \
        F(C1G2LLRPCapabilities, CanSupportXPC, U1, SINCE_1_1) F(C1G2LLRPCapabilities, Reserved, R2, NONE) \
        F(C1G2LLRPCapabilities, MaxNumSelectFiltersPerQuery, U16, NONE)
#define LLRP_FIELDS_C1G2UHFRFModeTable(F)
#define LLRP_FIELDS_C1G2UHFRFModeTableEntry(F) F(C1G2UHFRFModeTableEntry, ModeIdentifier, U32, NONE) \
        F(C1G2UHFRFModeTableEntry, DRValue, U1, DRValue) \
        F(C1G2UHFRFModeTableEntry, EPCHAGTCConformance, U1, NONE) \
        F(C1G2UHFRFModeTableEntry, Reserved, R6, NONE) F(C1G2UHFRFModeTableEntry, MValue, U8, MValue) \
        F(C1G2UHFRFModeTableEntry, ForwardLinkModulation, U8, ForwardLinkModulation) \
        F(C1G2UHFRFModeTableEntry, SpectralMaskIndicator, U8, SpectralMaskIndicator) \
        F(C1G2UHFRFModeTableEntry, BDRValue, U32, NONE) F(C1G2UHFRFModeTableEntry, PIEValue, U32, NONE) \
        F(C1G2UHFRFModeTableEntry, MinTariValue, U32, NONE) \
        F(C1G2UHFRFModeTableEntry, MaxTariValue, U32, NONE) \
        F(C1G2UHFRFModeTableEntry, StepTariValue, U32, NONE)
#define LLRP_FIELDS_C1G2InventoryCommand(F) F(C1G2InventoryCommand, TagInventoryStateAware, U1, NONE) \
        F(C1G2InventoryCommand, Reserved, R7, NONE)
#define LLRP_FIELDS_C1G2Filter(F) F(C1G2Filter, T, U2, FilterTruncation) F(C1G2Filter, Reserved, R6, NONE)
#define LLRP_FIELDS_C1G2TagInventoryMask(F) F(C1G2TagInventoryMask, MB, U2, NONE) \
        F(C1G2TagInventoryMask, Reserved, R6, NONE) F(C1G2TagInventoryMask, Pointer, U16, NONE) \
        F(C1G2TagInventoryMask, TagMask, U1V, HEX)
#define LLRP_FIELDS_C1G2TagInventoryStateAwareFilterAction(F) \
        F(C1G2TagInventoryStateAwareFilterAction, Target, U8, FilterTarget) \
        F(C1G2TagInventoryStateAwareFilterAction, Action, U8, StateAwareAction)
#define LLRP_FIELDS_C1G2TagInventoryStateUnawareFilterAction(F) \
        F(C1G2TagInventoryStateUnawareFilterAction, Action, U8, StateUnawareAction)
#define LLRP_FIELDS_C1G2RFControl(F) F(C1G2RFControl, ModeIndex, U16, NONE) \
        F(C1G2RFControl, Tari, U16, NONE)
#define LLRP_FIELDS_C1G2SingulationControl(F) F(C1G2SingulationControl, Session, U2, NONE) \
        F(C1G2SingulationControl, Reserved, R6, NONE) F(C1G2SingulationControl, TagPopulation, U16, NONE) \
        F(C1G2SingulationControl, TagTransitTime, U32, NONE)
#define LLRP_FIELDS_C1G2TagInventoryStateAwareSingulationAction(F) \
        F(C1G2TagInventoryStateAwareSingulationAction, I, U1, InventoriedFlag) \
        F(C1G2TagInventoryStateAwareSingulationAction, S, U1, SelectedFlag) \
        F(C1G2TagInventoryStateAwareSingulationAction, Reserved, R6, NONE)
#define LLRP_FIELDS_C1G2TagSpec(F)
#define LLRP_FIELDS_C1G2TargetTag(F) F(C1G2TargetTag, MB, U2, NONE) F(C1G2TargetTag, Match, U1, NONE) \
        F(C1G2TargetTag, Reserved, R5, NONE) F(C1G2TargetTag, Pointer, U16, NONE) \
        F(C1G2TargetTag, TagMask, U1V, HEX) F(C1G2TargetTag, TagData, U1V, HEX)
#define LLRP_FIELDS_C1G2Read(F) F(C1G2Read, OpSpecID, U16, NONE) F(C1G2Read, AccessPassword, U32, NONE) \
        F(C1G2Read, MB, U2, NONE) F(C1G2Read, Reserved, R6, NONE) F(C1G2Read, WordPointer, U16, NONE) \
        F(C1G2Read, WordCount, U16, NONE)
#define LLRP_FIELDS_C1G2Write(F) F(C1G2Write, OpSpecID, U16, NONE) F(C1G2Write, AccessPassword, U32, NONE) \
        F(C1G2Write, MB, U2, NONE) F(C1G2Write, Reserved, R6, NONE) F(C1G2Write, WordPointer, U16, NONE) \
        F(C1G2Write, WriteData, U16V, HEX)
#define LLRP_FIELDS_C1G2Kill(F) F(C1G2Kill, OpSpecID, U16, NONE) F(C1G2Kill, KillPassword, U32, NONE)
#define LLRP_FIELDS_C1G2Lock(F) F(C1G2Lock, OpSpecID, U16, NONE) F(C1G2Lock, AccessPassword, U32, NONE)
#define LLRP_FIELDS_C1G2LockPayload(F) F(C1G2LockPayload, Privilege, U8, LockPrivilege) \
        F(C1G2LockPayload, DataField, U8, LockDataField)
#define LLRP_FIELDS_C1G2BlockErase(F) F(C1G2BlockErase, OpSpecID, U16, NONE) \
        F(C1G2BlockErase, AccessPassword, U32, NONE) F(C1G2BlockErase, MB, U2, NONE) \
        F(C1G2BlockErase, Reserved, R6, NONE) F(C1G2BlockErase, WordPointer, U16, NONE) \
        F(C1G2BlockErase, WordCount, U16, NONE)
#define LLRP_FIELDS_C1G2BlockWrite(F) F(C1G2BlockWrite, OpSpecID, U16, NONE) \
        F(C1G2BlockWrite, AccessPassword, U32, NONE) F(C1G2BlockWrite, MB, U2, NONE) \
        F(C1G2BlockWrite, Reserved, R6, NONE) F(C1G2BlockWrite, WordPointer, U16, NONE) \
        F(C1G2BlockWrite, WriteData, U16V, HEX)
#define LLRP_FIELDS_C1G2EPCMemorySelector(F) F(C1G2EPCMemorySelector, EnableCRC, U1, NONE) \
        F(C1G2EPCMemorySelector, EnablePCBits, U1, NONE) \
        F(C1G2EPCMemorySelector, EnableXPCBits, U1, SINCE_1_1) \
        F(C1G2EPCMemorySelector, Reserved, R5, NONE)
#define LLRP_FIELDS_C1G2ReadOpSpecResult(F) F(C1G2ReadOpSpecResult, Result, U8, ReadResult) \
        F(C1G2ReadOpSpecResult, OpSpecID, U16, NONE) F(C1G2ReadOpSpecResult, ReadData, U16V, HEX)
#define LLRP_FIELDS_C1G2WriteOpSpecResult(F) F(C1G2WriteOpSpecResult, Result, U8, WriteResult) \
        F(C1G2WriteOpSpecResult, OpSpecID, U16, NONE) F(C1G2WriteOpSpecResult, NumWordsWritten, U16, NONE)
#define LLRP_FIELDS_C1G2KillOpSpecResult(F) F(C1G2KillOpSpecResult, Result, U8, KillResult) \
        F(C1G2KillOpSpecResult, OpSpecID, U16, NONE)
#define LLRP_FIELDS_C1G2LockOpSpecResult(F) F(C1G2LockOpSpecResult, Result, U8, LockResult) \
        F(C1G2LockOpSpecResult, OpSpecID, U16, NONE)
#define LLRP_FIELDS_C1G2BlockEraseOpSpecResult(F) F(C1G2BlockEraseOpSpecResult, Result, U8, WriteResult) \
        F(C1G2BlockEraseOpSpecResult, OpSpecID, U16, NONE)
#define LLRP_FIELDS_C1G2BlockWriteOpSpecResult(F) F(C1G2BlockWriteOpSpecResult, Result, U8, WriteResult) \
        F(C1G2BlockWriteOpSpecResult, OpSpecID, U16, NONE) \
        F(C1G2BlockWriteOpSpecResult, NumWordsWritten, U16, NONE)
#define LLRP_FIELDS_LoopSpec(F) F(LoopSpec, LoopCount, U32, NONE)
#define LLRP_FIELDS_SpecLoopEvent(F) F(SpecLoopEvent, ROSpecID, U32, NONE) \
        F(SpecLoopEvent, LoopCount, U32, NONE)
#define LLRP_FIELDS_C1G2Recommission(F) F(C1G2Recommission, OpSpecID, U16, NONE) \
        F(C1G2Recommission, KillPassword, U32, NONE) F(C1G2Recommission, Reserved, R5, NONE) \
        F(C1G2Recommission, SB3, U1, NONE) F(C1G2Recommission, SB2, U1, NONE) \
        F(C1G2Recommission, LSB, U1, NONE)
#define LLRP_FIELDS_C1G2BlockPermalock(F) F(C1G2BlockPermalock, OpSpecID, U16, NONE) \
        F(C1G2BlockPermalock, AccessPassword, U32, NONE) F(C1G2BlockPermalock, MB, U2, NONE) \
        F(C1G2BlockPermalock, Reserved, R6, NONE) F(C1G2BlockPermalock, BlockPointer, U16, NONE) \
        F(C1G2BlockPermalock, BlockMask, U16V, HEX)
#define LLRP_FIELDS_C1G2GetBlockPermalockStatus(F) F(C1G2GetBlockPermalockStatus, OpSpecID, U16, NONE) \
        F(C1G2GetBlockPermalockStatus, AccessPassword, U32, NONE) \
        F(C1G2GetBlockPermalockStatus, MB, U2, NONE) F(C1G2GetBlockPermalockStatus, Reserved, R6, NONE) \
        F(C1G2GetBlockPermalockStatus, BlockPointer, U16, NONE) \
        F(C1G2GetBlockPermalockStatus, BlockRange, U16, NONE)
#define LLRP_FIELDS_C1G2RecommissionOpSpecResult(F) F(C1G2RecommissionOpSpecResult, Result, U8, NONE) \
        F(C1G2RecommissionOpSpecResult, OpSpecID, U16, NONE)
#define LLRP_FIELDS_C1G2BlockPermalockOpSpecResult(F) F(C1G2BlockPermalockOpSpecResult, Result, U8, NONE) \
        F(C1G2BlockPermalockOpSpecResult, OpSpecID, U16, NONE)
#define LLRP_FIELDS_C1G2GetBlockPermalockStatusOpSpecResult(F) \
        F(C1G2GetBlockPermalockStatusOpSpecResult, Result, U8, NONE) \
        F(C1G2GetBlockPermalockStatusOpSpecResult, OpSpecID, U16, NONE) \
        F(C1G2GetBlockPermalockStatusOpSpecResult, PermalockStatus, U16V, HEX)
#define LLRP_FIELDS_MaximumReceiveSensitivity(F) \
        F(MaximumReceiveSensitivity, MaximumSensitivityValue, S16, NONE)
#define LLRP_FIELDS_RFSurveyFrequencyCapabilities(F) \
        F(RFSurveyFrequencyCapabilities, MinimumFrequency, U32, NONE) \
        F(RFSurveyFrequencyCapabilities, MaximumFrequency, U32, NONE)
#define LLRP_FIELDS_Custom(F) F(Custom, VendorIdentifier, U32, NONE) \
        F(Custom, ParameterSubtype, U32, NONE) F(Custom, Data, REST, HEX)

#define LLRP_MESSAGES(M) M(1, GET_READER_CAPABILITIES) M(2, GET_READER_CONFIG) M(3, SET_READER_CONFIG) \
        M(4, CLOSE_CONNECTION_RESPONSE) M(11, GET_READER_CAPABILITIES_RESPONSE) \
        M(12, GET_READER_CONFIG_RESPONSE) M(13, SET_READER_CONFIG_RESPONSE) M(14, CLOSE_CONNECTION) \
        M(20, ADD_ROSPEC) M(21, DELETE_ROSPEC) M(22, START_ROSPEC) M(23, STOP_ROSPEC) M(24, ENABLE_ROSPEC) \
        M(25, DISABLE_ROSPEC) M(26, GET_ROSPECS) M(30, ADD_ROSPEC_RESPONSE) M(31, DELETE_ROSPEC_RESPONSE) \
        M(32, START_ROSPEC_RESPONSE) M(33, STOP_ROSPEC_RESPONSE) M(34, ENABLE_ROSPEC_RESPONSE) \
        M(35, DISABLE_ROSPEC_RESPONSE) M(36, GET_ROSPECS_RESPONSE) M(40, ADD_ACCESSSPEC) \
        M(41, DELETE_ACCESSSPEC) M(42, ENABLE_ACCESSSPEC) M(43, DISABLE_ACCESSSPEC) M(44, GET_ACCESSSPECS) \
        M(45, CLIENT_REQUEST_OP) M(46, GET_SUPPORTED_VERSION) M(47, SET_PROTOCOL_VERSION) \
        M(50, ADD_ACCESSSPEC_RESPONSE) M(51, DELETE_ACCESSSPEC_RESPONSE) M(52, ENABLE_ACCESSSPEC_RESPONSE) \
        M(53, DISABLE_ACCESSSPEC_RESPONSE) M(54, GET_ACCESSSPECS_RESPONSE) \
        M(55, CLIENT_REQUEST_OP_RESPONSE) M(56, GET_SUPPORTED_VERSION_RESPONSE) \
        M(57, SET_PROTOCOL_VERSION_RESPONSE) M(60, GET_REPORT) M(61, RO_ACCESS_REPORT) M(62, KEEPALIVE) \
        M(63, READER_EVENT_NOTIFICATION) M(64, ENABLE_EVENTS_AND_REPORTS) M(72, KEEPALIVE_ACK) \
        M(100, ERROR_MESSAGE) M(1023, CUSTOM_MESSAGE)

#define LLRP_PARAMETERS(P) P(1, AntennaID) P(2, FirstSeenTimestampUTC) P(3, FirstSeenTimestampUptime) \
        P(4, LastSeenTimestampUTC) P(5, LastSeenTimestampUptime) P(6, PeakRSSI) P(7, ChannelIndex) \
        P(8, TagSeenCount) P(9, ROSpecID) P(10, InventoryParameterSpecID) P(11, C1G2_CRC) P(12, C1G2_PC) \
        P(13, EPC_96) P(14, SpecIndex) P(15, ClientRequestOpSpecResult) P(16, AccessSpecID) \
        P(17, OpSpecID) P(18, C1G2SingulationDetails) P(19, C1G2XPCW1) P(20, C1G2XPCW2) \
        P(128, UTCTimestamp) P(129, Uptime) P(137, GeneralDeviceCapabilities) \
        P(139, ReceiveSensitivityTableEntry) P(140, PerAntennaAirProtocol) P(141, GPIOCapabilities) \
        P(142, LLRPCapabilities) P(143, RegulatoryCapabilities) P(144, UHFBandCapabilities) \
        P(145, TransmitPowerLevelTableEntry) P(146, FrequencyInformation) P(147, FrequencyHopTable) \
        P(148, FixedFrequencyTable) P(149, PerAntennaReceiveSensitivityRange) P(177, ROSpec) \
        P(178, ROBoundarySpec) P(179, ROSpecStartTrigger) P(180, PeriodicTriggerValue) \
        P(181, GPITriggerValue) P(182, ROSpecStopTrigger) P(183, AISpec) P(184, AISpecStopTrigger) \
        P(185, TagObservationTrigger) P(186, InventoryParameterSpec) P(187, RFSurveySpec) \
        P(188, RFSurveySpecStopTrigger) P(207, AccessSpec) P(208, AccessSpecStopTrigger) \
        P(209, AccessCommand) P(210, ClientRequestOpSpec) P(211, ClientRequestResponse) \
        P(217, LLRPConfigurationStateValue) P(218, Identification) P(219, GPOWriteData) \
        P(220, KeepaliveSpec) P(221, AntennaProperties) P(222, AntennaConfiguration) P(223, RFReceiver) \
        P(224, RFTransmitter) P(225, GPIPortCurrentState) P(226, EventsAndReports) P(237, ROReportSpec) \
        P(238, TagReportContentSelector) P(239, AccessReportSpec) P(240, TagReportData) P(241, EPCData) \
        P(242, RFSurveyReportData) P(243, FrequencyRSSILevelEntry) P(244, ReaderEventNotificationSpec) \
        P(245, EventNotificationState) P(246, ReaderEventNotificationData) P(247, HoppingEvent) \
        P(248, GPIEvent) P(249, ROSpecEvent) P(250, ReportBufferLevelWarningEvent) \
        P(251, ReportBufferOverflowErrorEvent) P(252, ReaderExceptionEvent) P(253, RFSurveyEvent) \
        P(254, AISpecEvent) P(255, AntennaEvent) P(256, ConnectionAttemptEvent) \
        P(257, ConnectionCloseEvent) P(287, LLRPStatus) P(288, FieldError) P(289, ParameterError) \
        P(327, C1G2LLRPCapabilities) P(328, C1G2UHFRFModeTable) P(329, C1G2UHFRFModeTableEntry) \
        P(330, C1G2InventoryCommand) P(331, C1G2Filter) P(332, C1G2TagInventoryMask) \
        P(333, C1G2TagInventoryStateAwareFilterAction) P(334, C1G2TagInventoryStateUnawareFilterAction) \
        P(335, C1G2RFControl) P(336, C1G2SingulationControl) \
        P(337, C1G2TagInventoryStateAwareSingulationAction) P(338, C1G2TagSpec) P(339, C1G2TargetTag) \
        P(341, C1G2Read) P(342, C1G2Write) P(343, C1G2Kill) P(344, C1G2Lock) P(345, C1G2LockPayload) \
        P(346, C1G2BlockErase) P(347, C1G2BlockWrite) P(348, C1G2EPCMemorySelector) \
        P(349, C1G2ReadOpSpecResult) P(350, C1G2WriteOpSpecResult) P(351, C1G2KillOpSpecResult) \
        P(352, C1G2LockOpSpecResult) P(353, C1G2BlockEraseOpSpecResult) P(354, C1G2BlockWriteOpSpecResult) \
        P(355, LoopSpec) P(356, SpecLoopEvent) P(357, C1G2Recommission) P(358, C1G2BlockPermalock) \
        P(359, C1G2GetBlockPermalockStatus) P(360, C1G2RecommissionOpSpecResult) \
        P(361, C1G2BlockPermalockOpSpecResult) P(362, C1G2GetBlockPermalockStatusOpSpecResult) \
        P(363, MaximumReceiveSensitivity) P(365, RFSurveyFrequencyCapabilities) P(1023, Custom)

/* W(value, word) */
#define LLRP_WORDS_CapabilitiesData(W) W(0, All) W(1, General_Device_Capabilities) W(2, LLRP_Capabilities) \
        W(3, Regulatory_Capabilities) W(4, LLRP_Air_Protocol_Capabilities)
#define LLRP_WORDS_ProtocolID(W) W(0, Unspecified) W(1, EPCGlobalClass1Gen2)
#define LLRP_WORDS_CommunicationsStandard(W) W(0, Unspecified) W(1, US_FCC_Part_15) W(2, ETSI_302_208) \
        W(3, ETSI_300_220) W(4, Australia_LIPD_1W) W(5, Australia_LIPD_4W) W(6, Japan_ARIB_STD_T89) \
        W(7, Hong_Kong_OFTA_1049) W(8, Taiwan_DGT_LP0002) W(9, Korea_MIC_Article_5_2)
#define LLRP_WORDS_ROSpecCurrentState(W) W(0, Disabled) W(1, Inactive) W(2, Active)
#define LLRP_WORDS_ROSpecStartTriggerType(W) W(0, Null) W(1, Immediate) W(2, Periodic) W(3, GPI)
#define LLRP_WORDS_ROSpecStopTriggerType(W) W(0, Null) W(1, Duration) W(2, GPI_With_Timeout)
#define LLRP_WORDS_AISpecStopTriggerType(W) W(0, Null) W(1, Duration) W(2, GPI_With_Timeout) \
        W(3, Tag_Observation)
#define LLRP_WORDS_TagObservationTriggerType(W) W(0, Upon_Seeing_N_Tags_Or_Timeout) \
        W(1, Upon_Seeing_No_More_New_Tags_For_Tms_Or_Timeout) \
        W(2, N_Attempts_To_See_All_Tags_In_FOV_Or_Timeout) W(3, Upon_Seeing_N_Unique_Tags_Or_Timeout) \
        W(4, Upon_Seeing_No_More_New_Unique_Tags_For_Tms_Or_Timeout)
#define LLRP_WORDS_RFSurveyStopTriggerType(W) W(0, Null) W(1, Duration) \
        W(2, N_Iterations_Through_Frequency_Range)
#define LLRP_WORDS_AccessSpecCurrentState(W) W(0, Disabled) W(1, Active)
#define LLRP_WORDS_AccessSpecStopTriggerType(W) W(0, Null) W(1, Operation_Count)
#define LLRP_WORDS_ConfigData(W) W(0, All) W(1, Identification) W(2, AntennaProperties) \
        W(3, AntennaConfiguration) W(4, ROReportSpec) W(5, ReaderEventNotificationSpec) \
        W(6, AccessReportSpec) W(7, LLRPConfigurationStateValue) W(8, KeepaliveSpec) \
        W(9, GPIPortCurrentState) W(10, GPOWriteData) W(11, EventsAndReports)
#define LLRP_WORDS_IDType(W) W(0, MAC_Address) W(1, EPC)
#define LLRP_WORDS_KeepaliveTriggerType(W) W(0, Null) W(1, Periodic)
#define LLRP_WORDS_GPIState(W) W(0, Low) W(1, High) W(2, Unknown)
#define LLRP_WORDS_ROReportTrigger(W) W(0, None) W(1, Upon_N_Tags_Or_End_Of_AISpec) \
        W(2, Upon_N_Tags_Or_End_Of_ROSpec) W(3, Upon_N_Seconds_Or_End_Of_AISpec) \
        W(4, Upon_N_Seconds_Or_End_Of_ROSpec) W(5, Upon_N_Milliseconds_Or_End_Of_AISpec) \
        W(6, Upon_N_Milliseconds_Or_End_Of_ROSpec)
#define LLRP_WORDS_AccessReportTrigger(W) W(0, Whenever_ROReport_Is_Generated) W(1, End_Of_AccessSpec)
#define LLRP_WORDS_NotificationEventType(W) W(0, Upon_Hopping_To_Next_Channel) W(1, GPI_Event) \
        W(2, ROSpec_Event) W(3, Report_Buffer_Fill_Warning) W(4, Reader_Exception_Event) \
        W(5, RFSurvey_Event) W(6, AISpec_Event) W(7, AISpec_Event_With_Details) W(8, Antenna_Event) \
        W(9, SpecLoop_Event)
#define LLRP_WORDS_ROSpecEventType(W) W(0, Start_Of_ROSpec) W(1, End_Of_ROSpec) W(2, Preemption_Of_ROSpec)
#define LLRP_WORDS_RFSurveyEventType(W) W(0, Start_Of_RFSurvey) W(1, End_Of_RFSurvey)
#define LLRP_WORDS_AISpecEventType(W) W(0, End_Of_AISpec)
#define LLRP_WORDS_AntennaEventType(W) W(0, Antenna_Disconnected) W(1, Antenna_Connected)
#define LLRP_WORDS_ConnectionAttemptEventStatus(W) W(0, Success) \
        W(1, Failed_A_Reader_Initiated_Connection_Already_Exists) \
        W(2, Failed_A_Client_Initiated_Connection_Already_Exists) \
        W(3, Failed_Reason_Other_Than_A_Connection_Already_Exists) W(4, Another_Connection_Attempted)
#define LLRP_WORDS_StatusCode(W) W(0, M_Success) W(100, M_ParameterError) W(101, M_FieldError) \
        W(102, M_UnexpectedParameter) W(103, M_MissingParameter) W(104, M_DuplicateParameter) \
        W(105, M_OverflowParameter) W(106, M_OverflowField) W(107, M_UnknownParameter) \
        W(108, M_UnknownField) W(109, M_UnsupportedMessage) W(110, M_UnsupportedVersion) \
        W(111, M_UnsupportedParameter) W(112, M_UnexpectedMessage) W(200, P_ParameterError) \
        W(201, P_FieldError) W(202, P_UnexpectedParameter) W(203, P_MissingParameter) \
        W(204, P_DuplicateParameter) W(205, P_OverflowParameter) W(206, P_OverflowField) \
        W(207, P_UnknownParameter) W(208, P_UnknownField) W(209, P_UnsupportedParameter) W(300, A_Invalid) \
        W(301, A_OutOfRange) W(401, R_DeviceError)
#define LLRP_WORDS_DRValue(W) W(0, DRV_8) W(1, DRV_64_3)
#define LLRP_WORDS_MValue(W) W(0, MV_FM0) W(1, MV_2) W(2, MV_4) W(3, MV_8)
#define LLRP_WORDS_ForwardLinkModulation(W) W(0, PR_ASK) W(1, SSB_ASK) W(2, DSB_ASK)
#define LLRP_WORDS_SpectralMaskIndicator(W) W(0, Unknown) W(1, SI) W(2, MI) W(3, DI)
#define LLRP_WORDS_FilterTruncation(W) W(0, Unspecified) W(1, Do_Not_Truncate) W(2, Truncate)
#define LLRP_WORDS_FilterTarget(W) W(0, SL) W(1, Inventoried_State_For_Session_S0) \
        W(2, Inventoried_State_For_Session_S1) W(3, Inventoried_State_For_Session_S2) \
        W(4, Inventoried_State_For_Session_S3)
#define LLRP_WORDS_StateAwareAction(W) W(0, AssertSLOrA_DeassertSLOrB) W(1, AssertSLOrA_Noop) \
        W(2, Noop_DeassertSLOrB) W(3, NegateSLOrABBA_Noop) W(4, DeassertSLOrB_AssertSLOrA) \
        W(5, DeassertSLOrB_Noop) W(6, Noop_AssertSLOrA) W(7, Noop_NegateSLOrABBA)
#define LLRP_WORDS_StateUnawareAction(W) W(0, Select_Unselect) W(1, Select_DoNothing) \
        W(2, DoNothing_Unselect) W(3, Unselect_DoNothing) W(4, Unselect_Select) W(5, DoNothing_Select)
#define LLRP_WORDS_InventoriedFlag(W) W(0, State_A) W(1, State_B)
#define LLRP_WORDS_SelectedFlag(W) W(0, SL) W(1, Not_SL)
#define LLRP_WORDS_LockPrivilege(W) W(0, Read_Write) W(1, Perma_Lock) W(2, Perma_Unlock) W(3, Unlock)
#define LLRP_WORDS_LockDataField(W) W(0, Kill_Password) W(1, Access_Password) W(2, EPC_Memory) \
        W(3, TID_Memory) W(4, User_Memory)
#define LLRP_WORDS_ReadResult(W) W(0, Success) W(1, Nonspecific_Tag_Error) W(2, No_Response_From_Tag) \
        W(3, Nonspecific_Reader_Error)
#define LLRP_WORDS_WriteResult(W) W(0, Success) W(1, Tag_Memory_Overrun_Error) \
        W(2, Tag_Memory_Locked_Error) W(3, Insufficient_Power) W(4, Nonspecific_Tag_Error) \
        W(5, No_Response_From_Tag) W(6, Nonspecific_Reader_Error)
#define LLRP_WORDS_KillResult(W) W(0, Success) W(1, Zero_Kill_Password_Error) W(2, Insufficient_Power) \
        W(3, Nonspecific_Tag_Error) W(4, No_Response_From_Tag) W(5, Nonspecific_Reader_Error)
#define LLRP_WORDS_LockResult(W) W(0, Success) W(1, Insufficient_Power) W(2, Nonspecific_Tag_Error) \
        W(3, No_Response_From_Tag) W(4, Nonspecific_Reader_Error)
#define LLRP_ENUMERATIONS(E) E(CapabilitiesData) E(ProtocolID) E(CommunicationsStandard) \
        E(ROSpecCurrentState) E(ROSpecStartTriggerType) E(ROSpecStopTriggerType) E(AISpecStopTriggerType) \
        E(TagObservationTriggerType) E(RFSurveyStopTriggerType) E(AccessSpecCurrentState) \
        E(AccessSpecStopTriggerType) E(ConfigData) E(IDType) E(KeepaliveTriggerType) E(GPIState) \
        E(ROReportTrigger) E(AccessReportTrigger) E(NotificationEventType) E(ROSpecEventType) \
        E(RFSurveyEventType) E(AISpecEventType) E(AntennaEventType) E(ConnectionAttemptEventStatus) \
        E(StatusCode) E(DRValue) E(MValue) E(ForwardLinkModulation) E(SpectralMaskIndicator) \
        E(FilterTruncation) E(FilterTarget) E(StateAwareAction) E(StateUnawareAction) E(InventoriedFlag) \
        E(SelectedFlag) E(LockPrivilege) E(LockDataField) E(ReadResult) E(WriteResult) E(KillResult) \
        E(LockResult)
/* clang-format on */

enum llrp_message_number {
#define M(number, name) LLRP_##name = number,
        LLRP_MESSAGES(M)
#undef M
};

enum llrp_parameter_number {
#define P(number, name) LLRP_##name = number,
        LLRP_PARAMETERS(P)
#undef P
};

/* LLRP_<element>_<field>: the place of a field among those of its element; reserved bits have one too. */
#define F(element, name, kind, words) LLRP_##element##_##name,
#define E(number, name)               enum { LLRP_FIELDS_##name(F) LLRP_##name##_N_FIELDS };
LLRP_MESSAGES(E)
LLRP_PARAMETERS(E)
#undef E
#undef F

enum llrp_kind {
        LLRP_KIND_UNSIGNED, /* bits wide, 1 to 64 */
        LLRP_KIND_SIGNED,
        LLRP_KIND_RESERVED,
        LLRP_KIND_FIXED,  /* bits wide, bytes */
        LLRP_KIND_VECTOR, /* u16 count of items, each bits wide */
        LLRP_KIND_TEXT,
        LLRP_KIND_REST,
};

struct llrp_word {
        uint16_t value;
        const char *word;
};

struct llrp_words {
        const char *name;             /* "StatusCode" */
        const struct llrp_word *list; /* ascending; NULL: none */
        size_t n;
        bool is_hex, is_since_1_1;
};

struct llrp_field {
        const char *name;
        enum llrp_kind kind;
        uint8_t bits; /* of the field, or of one item */
        const struct llrp_words *words;
};

struct llrp_type {
        const char *name;
        uint16_t number;
        bool is_message;
        uint8_t n_fields;
        const struct llrp_field *fields;
};

#define LLRP_TV_MAX 127 /* parameters up to here are TV encoded, the others TLV */

/* Return: borrowed for ever; NULL when the table has no such number. */
const struct llrp_type *llrp_message_type(unsigned int number);
const struct llrp_type *llrp_parameter_type(unsigned int number);
/* The standard's word for a value, e.g. "P_FieldError" for 201; NULL when it has none. */
const char *llrp_word(const struct llrp_words *words, uint64_t value);
const char *llrp_status_code_to_str(unsigned int code); /* "unknown status" for what is in no table */

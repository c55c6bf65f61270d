// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.28;

import {Affiliation, Practitioner, Provider} from "../types/Records.sol";
import {Evidence} from "../types/SignedTypes.sol";

/// @title Who may attest, for whom, and what was spent
/// @notice Shared by insurers. The owner is the credentialer; it never touches money. Books that the credentialer lists
/// spend attestations here, so that one attestation pays once per rank whichever insurer, or version of a book, pays.
/// Days are whole days since 1970-01-01 UTC. A window covers both its days; it must overlap the calendar year of the
/// services, the exact date being the engine's to check.
/// @dev Nothing here names a person: practitioners are numbers, providers are addresses.
interface IRegistry {
    // -- Events -------------------------------------------------------------------------------------------------------

    /// @notice A practitioner was enrolled.
    event PractitionerEnrolled(
        uint32 indexed practitioner, address indexed key, uint32 controller, uint16 validFrom, uint16 validUntil
    );
    /// @notice A practitioner's controller or window changed.
    event PractitionerUpdated(uint32 indexed practitioner, uint32 controller, uint16 validFrom, uint16 validUntil);
    /// @notice A practitioner signs with another key from now on.
    event KeyRotated(uint32 indexed practitioner, address indexed key);
    /// @notice A practitioner's key does not count from a day on; 0 takes the report back.
    event KeyCompromised(uint32 indexed practitioner, address indexed key, uint16 fromDay);
    /// @notice A practitioner was suspended or reinstated.
    event PractitionerSuspended(uint32 indexed practitioner, bool suspended);
    /// @notice A provider was enrolled.
    event ProviderEnrolled(address indexed provider, uint32 controller, uint16 validFrom, uint16 validUntil);
    /// @notice A provider's controller or window changed.
    event ProviderUpdated(address indexed provider, uint32 controller, uint16 validFrom, uint16 validUntil);
    /// @notice A provider was suspended or reinstated.
    event ProviderSuspended(address indexed provider, bool suspended);
    /// @notice A practitioner may sign for a provider, within a window.
    event RosterAdded(address indexed provider, uint32 indexed practitioner, uint16 validFrom, uint16 validUntil);
    /// @notice A practitioner may no longer sign for a provider.
    event RosterRemoved(address indexed provider, uint32 indexed practitioner);
    /// @notice A book may spend attestations, or no longer.
    event BookListed(address indexed book, bool listed);
    /// @notice A practitioner withdrew an attestation, for every rank.
    event AttestationRevoked(uint32 indexed practitioner, uint64 indexed sequence);

    // -- Errors -------------------------------------------------------------------------------------------------------

    /// @notice The practitioner was never enrolled. Id 0 never is.
    error Registry_PractitionerUnknown(uint32 practitioner);
    /// @notice The practitioner's id is taken.
    error Registry_PractitionerEnrolled(uint32 practitioner);
    /// @notice The practitioner is suspended.
    error Registry_PractitionerSuspended(uint32 practitioner);
    /// @notice The practitioner's credential does not overlap the year of the services.
    error Registry_PractitionerWindow(uint32 practitioner, uint16 validFrom, uint16 validUntil, uint32 serviceYear);
    /// @notice The practitioner's key is compromised since a day that has begun.
    error Registry_KeyCompromised(uint32 practitioner, uint16 compromisedFrom);
    /// @notice The key is zero.
    error Registry_KeyZero();
    /// @notice The key belongs, or once belonged, to a practitioner.
    error Registry_KeyUsed(address key, uint32 practitioner);
    /// @notice The provider was never enrolled.
    error Registry_ProviderUnknown(address provider);
    /// @notice The provider is enrolled already.
    error Registry_ProviderEnrolled(address provider);
    /// @notice The provider is suspended.
    error Registry_ProviderSuspended(address provider);
    /// @notice The provider's credential does not overlap the year of the services.
    error Registry_ProviderWindow(address provider, uint16 validFrom, uint16 validUntil, uint32 serviceYear);
    /// @notice The controller is zero.
    error Registry_ControllerZero();
    /// @notice The provider would attest its own services: practitioner and provider are under one controller.
    error Registry_SameController(uint32 practitioner, address provider, uint32 controller);
    /// @notice The practitioner is not on the provider's roster.
    error Registry_NotOnRoster(address provider, uint32 practitioner);
    /// @notice The practitioner's place on the roster does not overlap the year of the services.
    error Registry_RosterWindow(
        address provider, uint32 practitioner, uint16 validFrom, uint16 validUntil, uint32 serviceYear
    );
    /// @notice A window ends before it begins, or at day 0.
    error Registry_WindowInvalid(uint16 validFrom, uint16 validUntil);
    /// @notice The caller is not a listed book.
    error Registry_BookNotListed(address book);
    /// @notice The book is zero.
    error Registry_BookZero();
    /// @notice There is no such rank.
    error Registry_RankInvalid(uint8 rank);
    /// @notice A claim has 1 to 16 attestations.
    error Registry_EvidenceCount(uint256 count);
    /// @notice The attestation was made for another provider.
    error Registry_ProviderMismatch(address attested, address billing);
    /// @notice The attestations of a claim lie in different years.
    error Registry_YearMismatch(uint32 first, uint32 other);
    /// @notice The attestations of a claim bear different classes.
    error Registry_ClassMismatch(uint8 first, uint8 other);
    /// @notice The position lies outside the roll.
    error Registry_PositionInvalid(uint256 position, uint256 rollLength);
    /// @notice The signature over the roll is not the practitioner's.
    error Registry_SignatureInvalid(uint32 practitioner);
    /// @notice The attestation may no longer be claimed.
    error Registry_AttestationExpired(uint40 validUntil);
    /// @notice A sequence's counter starts at 1.
    error Registry_SequenceInvalid(uint64 sequence);
    /// @notice An attestation supersedes itself.
    error Registry_SupersedesItself(uint64 sequence);
    /// @notice The attestation has paid in this rank, or one that supersedes it has.
    error Registry_BitSpent(uint32 practitioner, uint8 rank, uint64 sequence);
    /// @notice The practitioner withdrew the attestation.
    error Registry_AttestationRevoked(uint32 practitioner, uint64 sequence);
    /// @notice The attestation has not paid in this rank.
    error Registry_BitUnspent(uint32 practitioner, uint8 rank, uint64 sequence);
    /// @notice The caller did not spend the attestation in this transaction, as part of a roll.
    error Registry_NotSpentHere(uint32 practitioner, uint8 rank, uint64 sequence);
    /// @notice The office is handed over, never left empty.
    error Registry_OwnerNeeded();
    /// @notice The caller does not hold the practitioner's key.
    error Registry_NotPractitioner(uint32 practitioner, address caller);

    // -- The credentialer's acts --------------------------------------------------------------------------------------

    /// @notice Enrols a practitioner.
    /// @dev Requirements: the id is not 0 and free; the key is not 0 and never was another's; the controller is not 0;
    /// the window is in order. A key never returns, so that a compromised one cannot come back by mistake.
    function enrolPractitioner(
        uint32 practitioner, address key, uint32 controller, uint16 validFrom, uint16 validUntil
    ) external;

    /// @notice Changes a practitioner's controller and window. Excluding from a day on is a window that ends before it.
    function updatePractitioner(uint32 practitioner, uint32 controller, uint16 validFrom, uint16 validUntil) external;

    /// @notice Gives a practitioner another key. What the old one signed and was not claimed has to be signed again.
    /// @dev Clears `compromisedFrom`, which speaks of the old key.
    function rotateKey(uint32 practitioner, address key) external;

    /// @notice Declares a practitioner's key compromised from a day on; 0 takes it back.
    function reportCompromise(uint32 practitioner, uint16 fromDay) external;

    /// @notice Suspends or reinstates a practitioner, at once.
    function suspendPractitioner(uint32 practitioner, bool suspended) external;

    /// @notice Enrols a provider.
    function enrolProvider(address provider, uint32 controller, uint16 validFrom, uint16 validUntil) external;

    /// @notice Changes a provider's controller and window.
    function updateProvider(address provider, uint32 controller, uint16 validFrom, uint16 validUntil) external;

    /// @notice Suspends or reinstates a provider, at once.
    function suspendProvider(address provider, bool suspended) external;

    /// @notice Lets a practitioner sign for a provider, within a window; replaces an earlier entry.
    function addToRoster(address provider, uint32 practitioner, uint16 validFrom, uint16 validUntil) external;

    /// @notice Takes a practitioner off a provider's roster, for every year.
    function removeFromRoster(address provider, uint32 practitioner) external;

    /// @notice Lets a book spend attestations, or stops it.
    /// @dev WARNING: a listed book can spend any signed attestation that it sees, without paying. No money is lost by
    /// it, and the practitioner can sign the encounter again under a new sequence, but listing is an act of trust.
    function listBook(address book, bool listed) external;

    // -- The practitioner's act ---------------------------------------------------------------------------------------

    /// @notice Withdraws an attestation for every rank. Money that it paid already stays paid.
    /// @dev The caller is the practitioner's key, which is not compromised: a thief could burn what others billed, and a
    /// withdrawal is never taken back. Repeating it changes nothing.
    function revoke(uint32 practitioner, uint64 sequence) external;

    // -- The book's act -----------------------------------------------------------------------------------------------

    /// @notice Checks the evidence of one claim in full and spends it in one rank.
    /// @dev Checks, for each attestation: made for `provider`; live; sequence in order; practitioner, provider and
    /// roster against its year; key not compromised now; controllers differ; neither it nor the one it supersedes spent
    /// in this rank or revoked; the roll signed by the practitioner. All lie in one year and bear one class.
    /// The caller must be a listed book, and answers for `provider` having consented.
    /// @param provider Who bills.
    /// @param rank 0 primary, 1 secondary, 2 tertiary payer.
    /// @return attestations The digest that the invoice must carry.
    /// @return linesRoot The root that the decision must carry.
    /// @return serviceYear The year in which all attestations lie.
    /// @return evidenceClass The class that all attestations bear.
    /// @return indebted Whether the provider owes money to some book; the caller then looks whether to itself.
    function consumeEvidence(Evidence[] calldata evidence, address provider, uint8 rank)
        external
        returns (bytes32 attestations, bytes32 linesRoot, uint32 serviceYear, uint8 evidenceClass, bool indebted);

    /// @notice Checks a whole roll as {consumeEvidence} does, and spends in one rank each of its attestations that is
    /// present and live. What fails on the state of things is answered, not refused, so that it stops nothing else.
    /// @dev An account's signature alone counts here; ERC-1271 wallets attest claim by claim. The caller must be a listed
    /// book, and answers for `provider` having consented at `anchoredAt`.
    /// @param provider For whom all attestations of the roll that are present were made.
    /// @param anchoredAt Unix seconds at which the claims were anchored: credentials of the key and the attestations' last
    /// second are held against it.
    /// @param packed One roll, as {PackedRolls} lays it out.
    /// @return answers How many failed; then, for each that is present, in order, its digest, which the invoice carries; then,
    /// where any failed, for each the selector of the error that says why, or 0.
    function consumeRoll(address provider, uint40 anchoredAt, bytes calldata packed)
        external
        returns (bytes32[] memory answers);

    /// @notice Takes back that an attestation was spent, where the same book spent it in the same transaction by
    /// {consumeRoll}: its claim turned out not to be payable.
    /// @param packed The same bytes as in {consumeRoll}.
    /// @param index Which of those present.
    function giveBack(bytes calldata packed, uint256 index) external;

    /// @notice Notes that a provider owes money to the calling book, or no longer. Books that are listed may begin to.
    /// @dev It moves nothing: it spares each book a look at its own debts at every payment.
    function setIndebted(address provider, bool indebted) external;

    // -- Views --------------------------------------------------------------------------------------------------------

    /// @notice A practitioner's record; all zero where never enrolled.
    function practitionerOf(uint32 practitioner) external view returns (Practitioner memory);

    /// @notice A provider's record; all zero where never enrolled.
    function providerOf(address provider) external view returns (Provider memory);

    /// @notice A practitioner's place on a provider's roster; all zero where there is none.
    function rosterOf(address provider, uint32 practitioner) external view returns (Affiliation memory);

    /// @notice The practitioner to whom a key belongs or once belonged, or 0.
    function practitionerOfKey(address key) external view returns (uint32);

    /// @notice Whether a book may spend.
    function isListed(address book) external view returns (bool);

    /// @notice Whether an attestation can no longer pay in a rank: spent there, or revoked.
    function isSpent(uint32 practitioner, uint8 rank, uint64 sequence) external view returns (bool);

    /// @notice Whether the practitioner withdrew the attestation.
    function isRevoked(uint32 practitioner, uint64 sequence) external view returns (bool);

    /// @notice Reverts as {consumeEvidence} would where an attestation is spent in a rank, or revoked.
    function requireUnspent(uint32 practitioner, uint8 rank, uint64 sequence) external view;

    /// @notice Reverts where an attestation has not paid in a rank.
    function requireSpent(uint32 practitioner, uint8 rank, uint64 sequence) external view;

    /// @notice Reverts as {consumeEvidence} would where a practitioner's attestations for a provider do not count: by either's
    /// credential, the roster, their controllers, or a key that is compromised on `day`.
    /// @return key The key that signs for the practitioner.
    function requireCredentials(uint32 practitioner, address provider, uint32 serviceYear, uint256 day)
        external
        view
        returns (address key);

    /// @notice The separator of domain E.
    function DOMAIN_SEPARATOR() external view returns (bytes32);
}
